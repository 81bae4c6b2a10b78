"""A member's page of friends in Chromium: every state, and the button that copies."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from members import blocking, enrolling, signing_in
from members.models import Member
from tests.members.friends import allow, code_of, reward
from tests.pages.browsing import COVERING, visiting
from tests.pages.conftest import fill_shop, set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
PAGE = "/me/referral/"


def open_shop(language: str = "fr") -> Member:
    set_up()
    fill_shop()
    allow(least_cents=15_00, most=5)
    return enrolling.enrol(
        at=timezone.now(), first_name="Ada", email="ada@shop.test", language=language
    )


def bring(referrer: Member, name: str, email: str) -> Member:
    return enrolling.enrol(
        at=timezone.now(), first_name=name, email=email, referral_code=code_of(referrer)
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
        ada = open_shop(language)
        habits = {"language": language, "scheme": scheme, "width": width}
        with visiting(browser, live_server.url, session=session_of(ada), **habits) as visit:
            assert visit.faults_of(PAGE) == ""
            reward()
            bring(ada, "Anticonstitutionnellement" * 2, "bob@shop.test")
            bring(ada, "", "cleo@shop.test")
            blocking.block(member=ada, at=timezone.now(), actor="user:1")
            assert visit.faults_of(PAGE) == ""
            allow(None)
            assert visit.faults_of(PAGE) == ""

    def test_copies_the_link_by_keyboard(self, browser: Browser, live_server: LiveServer):
        ada = open_shop()

        with visiting(browser, live_server.url, session=session_of(ada)) as visit:
            visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            visit.page.goto(visit.base + PAGE)
            visit.page.locator("button[data-copies]").focus()
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_selector("#referral-copied:not(:empty)")
            copied = visit.page.evaluate("navigator.clipboard.readText()")
            shown = visit.page.input_value("#referral-link")

        assert copied == shown
        assert shown.startswith(f"{live_server.url}/join/?code=")
