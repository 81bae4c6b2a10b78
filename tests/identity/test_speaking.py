"""Pages follow the language of whoever reads them, wherever they chose it."""

import pytest
from django.test import Client

from loyalty.identity.models import User
from members import enrolling, signing_in
from members.models import Member
from tests.conftest import NOON
from tests.pages.conftest import set_up

pytestmark = pytest.mark.django_db
FRENCH = {"headers": {"accept-language": "fr"}}


def language_of(browser: Client, path: str = "/") -> str:
    page = browser.get(path, **FRENCH).content.decode()
    return page.split('<html lang="')[1][:2]


@pytest.fixture
def ada() -> Member:
    set_up()
    return enrolling.enrol(at=NOON, email="ada@example.org", language="en")


class TestTheLanguage:
    def test_is_the_reader_s_before_the_browser_s(self, ada: Member):
        browser = Client()
        assert language_of(browser) == "fr"

        browser.force_login(signing_in.open_user(member=ada))

        assert language_of(browser) == "en"

    def test_is_kept_where_it_was_chosen(self, ada: Member):
        browser, user = Client(), signing_in.open_user(member=ada)
        browser.force_login(user)

        browser.post("/language/", {"language": "fr", "next": "/"})

        ada.refresh_from_db()
        assert (ada.language, User.objects.get().language) == ("fr", "fr")
        other = Client()
        other.force_login(user)
        assert language_of(other) == "fr"

    def test_is_one_that_we_speak(self, ada: Member):
        browser = Client()
        browser.force_login(signing_in.open_user(member=ada))

        browser.post("/language/", {"language": "xx", "next": "/"})

        assert User.objects.get().language == "en"

    def test_is_the_cookie_s_for_who_is_not_signed_in(self, ada: Member):
        browser = Client()

        browser.post("/language/", {"language": "en", "next": "/"})

        assert language_of(browser) == "en"
