"""A browser that proved an address before has codes of its own, whatever strangers ask for."""

import pytest
from django.test import Client

from loyalty.identity import codes
from loyalty.identity.models import EmailedCode
from members import enrolling
from tests.conftest import NOON
from tests.pages.conftest import set_up

ADA = "ada@example.org"


@pytest.fixture
def browser(db: None) -> Client:
    set_up()
    enrolling.enrol(at=NOON, first_name="Ada", email=ADA, language="en")
    return Client()


def ask(browser: Client) -> str:
    """Ask for a code and return the digits."""
    browser.post("/login/", {"email": ADA})
    return codes.digits_of(EmailedCode.objects.latest("pk"))


class TestABrowserThatProvedItsAddressBefore:
    def test_is_locked_out_by_nobody(self, browser: Client):
        browser.post("/login/code/", {"code": ask(browser)})
        browser.post("/logout/")
        for n in range(6):
            stranger = Client(REMOTE_ADDR=f"203.0.113.{n}")
            for _n in range(5):
                stranger.post("/login/", {"email": ADA})

        newcomer = Client(REMOTE_ADDR="198.51.100.1").post("/login/", {"email": ADA})

        assert newcomer.status_code == 422
        assert browser.post("/login/", {"email": ADA}).status_code == 302
        assert browser.cookies["known"]["httponly"] is True
        assert ADA not in browser.cookies["known"].value

    def test_is_known_for_that_address_alone(self, browser: Client):
        browser.post("/login/code/", {"code": ask(browser)})
        browser.post("/logout/")
        known = browser.cookies["known"].value
        for _n in range(6):
            browser.post("/login/", {"email": "zoe@example.org"})

        assert EmailedCode.objects.filter(address="zoe@example.org").count() == 5
        browser.cookies["known"] = f"{known}x"
        assert browser.post("/login/", {"email": ADA}).status_code == 302
