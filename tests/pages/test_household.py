"""A member's household in Chromium: every state, and by keyboard."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from members import enrolling, housing, inviting, signing_in
from members.models import Member
from tests.members.homes import allow
from tests.pages.browsing import COVERING, visiting
from tests.pages.conftest import fill_shop, set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
HOME, LEAVE = "/me/household/", "/me/household/leave/"


def open_shop(language: str = "fr") -> Member:
    set_up()
    fill_shop()
    allow()
    return enrol("Ada", language=language)


def enrol(name: str, *, language: str = "fr") -> Member:
    return enrolling.enrol(
        at=timezone.now(),
        first_name=name,
        email=f"{name.lower()}@shop.test",
        language=language,
    )


def session_of(member: Member) -> str:
    client = Client()
    client.force_login(signing_in.open_user(member=member))
    return client.cookies["session"].value


class TestTheirPage:
    @pytest.mark.parametrize(("language", "scheme", "width"), COVERING)
    def test_is_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: str, width: int
    ):
        at, ada = timezone.now(), open_shop(language)
        bob = enrol("Anticonstitutionnellement" * 2)
        habits = {"language": language, "scheme": scheme, "width": width}
        with visiting(browser, live_server.url, session=session_of(ada), **habits) as visit:
            assert visit.faults_of(HOME) == ""
            home = housing.found(member=bob, at=at)
            inviting.invite(member=bob, whom="ada@shop.test", at=at)
            assert visit.faults_of(HOME) == ""
            housing.join(household=home, member=ada, at=at)
            assert "".join(visit.faults_of(path) for path in (HOME, LEAVE)) == ""
            allow("")
            assert visit.faults_of(HOME) == ""

    def test_is_all_done_by_keyboard_alone(self, browser: Browser, live_server: LiveServer):
        ada = open_shop()

        with visiting(browser, live_server.url, session=session_of(ada)) as visit:
            visit.page.goto(visit.base + HOME)
            visit.page.locator("main form button").focus()
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_selector("#id_whom")
            visit.page.locator("#id_whom").focus()
            visit.page.keyboard.type("nobody@shop.test")
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_selector(".said__line")

        assert housing.get_stay(member=ada) is not None
