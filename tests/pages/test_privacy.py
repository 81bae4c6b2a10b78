"""A member's details, consents and data in Chromium: every page and state, and by keyboard."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from loyalty.identity.models import EmailedCode
from members import consenting, enrolling, erasing, signing_in
from members.consenting import Said
from members.models import Member
from tests.members.builders import give_voucher
from tests.pages.browsing import COVERING, PHONE, Visit, leave_by, visiting
from tests.pages.conftest import fill_shop, set_up
from tests.pages.test_accessibility import browser
from tests.portal.entering import last_code

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

PAGES = (
    "/me/profile/",
    "/me/profile/email/",
    "/me/profile/phone/",
    "/me/consents/",
    "/me/privacy/",
    "/me/privacy/leave/",
    "/me/privacy/erase/",
    "/left/",
)


def open_shop(language: str = "fr") -> Member:
    set_up()
    fill_shop()
    return enrolling.enrol(
        at=timezone.now(),
        first_name="Ada",
        last_name="Lovelace",
        email="ada@shop.test",
        language=language,
    )


def session_of(member: Member) -> str:
    client = Client()
    client.force_login(signing_in.open_user(member=member))
    return client.cookies["session"].value


def fill(member: Member) -> None:
    """Give them long names, vouchers, a history of answers, a lock, and an erasure to come."""
    at = timezone.now()
    for number in range(3):
        give_voucher(member, name_fr="Anticonstitutionnellement " * 3, at=at)
        said = Said(
            channel="EMAIL", purpose="MARKETING", is_given=number % 2 == 0,
            text_version="email-marketing-1", where="portal",
        )  # fmt: skip
        consenting.say(member=member, said=said, at=at, actor=member.public_id)
    Member.objects.filter(pk=member.pk).update(
        first_name="Maximilienne-Anticonstitutionnelle" * 2,
        email=f"{'a' * 60}@{'long' * 10}.example",
        phone="+33612345678",
        spending_locked_until=at + timedelta(hours=20),
    )


def wrong_of(visit: Visit, path: str, field: str, value: str) -> str:
    """Send a form that is refused, and return what is wrong with the page that says so."""
    visit.page.goto(visit.base + path)
    visit.page.fill(field, value)
    leave_by(visit.page.locator("main form.form button"))
    expect(visit.page.locator(".field__error")).to_be_visible()
    return visit.faults_here(path)


class TestTheirPages:
    @pytest.mark.parametrize(("language", "scheme", "width"), COVERING)
    def test_are_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: str, width: int
    ):
        member = open_shop(language)
        habits = {"language": language, "scheme": scheme, "width": width}
        with visiting(browser, live_server.url, session=session_of(member), **habits) as visit:
            assert "".join(visit.faults_of(path) for path in PAGES) == ""
            fill(member)
            assert "".join(visit.faults_of(path) for path in PAGES) == ""
            erasing.ask(member=member, at=timezone.now(), actor=member.public_id)
            assert "".join(visit.faults_of(path) for path in PAGES) == ""

    def test_say_what_is_wrong_without_fault(self, browser: Browser, live_server: LiveServer):
        member = open_shop()

        with visiting(browser, live_server.url, session=session_of(member), width=PHONE) as visit:
            assert wrong_of(visit, "/me/profile/email/", "#id_value", "nobody") == ""
            visit.page.fill("#id_value", "ada@new.test")
            leave_by(visit.page.locator("main form.form button"))
            assert visit.page.url.endswith("/me/profile/code/")
            assert visit.faults_of("/me/profile/code/") == ""
            assert wrong_of(visit, "/me/profile/code/", "#id_code", "12") == ""

    def test_change_an_address_and_a_consent_by_keyboard_alone(
        self, browser: Browser, live_server: LiveServer
    ):
        member = open_shop()

        with visiting(browser, live_server.url, session=session_of(member)) as visit:
            keys = visit.page.keyboard
            visit.page.goto(visit.base + "/me/profile/email/")
            visit.page.locator("#id_value").focus()
            keys.type("ada@new.test")
            keys.press("Enter")
            visit.page.wait_for_url("**/me/profile/code/")
            visit.page.locator("#id_code").focus()
            keys.type(last_code("ada@new.test"))
            keys.press("Enter")
            visit.page.wait_for_url("**/me/profile/")
            visit.page.goto(visit.base + "/me/consents/")
            visit.page.get_by_role("switch").first.focus()
            keys.press("Space")
            expect(visit.page.get_by_role("switch").first).to_be_checked()

        member.refresh_from_db()
        assert member.email == "ada@new.test"
        assert consenting.is_allowed(member=member, channel="EMAIL", purpose="MARKETING")
        assert len(mail.outbox) == EmailedCode.objects.count() == 1
