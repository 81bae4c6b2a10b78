"""The card and the history in a browser: no fault in any state, by keyboard, without a script."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from members import blocking
from members.models import Card, Member
from rewards import redeeming
from tests.pages.browsing import COVERING, PHONE, Scheme, leave_by, visiting
from tests.pages.conftest import add_reward
from tests.pages.test_accessibility import browser
from tests.portal import shelf
from tests.portal.ledgering import DAY, adjust, buy

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def fill(ada: Member) -> None:
    """Give Ada a year: purchases with receipts, a tier, a reward, an adjustment, long names."""
    now = timezone.now()
    for number in range(24):
        buy(ada, "20.00", str(number), at=now - (60 - number) * DAY)
    add_reward(1, shelf.LONG[:80], shelf.LONG[:80], 80)
    tea = add_reward(2, "Thé", "Tea", 90)
    add_reward(3, "Brunch", "Brunch", 600)
    redeeming.redeem(member=ada, reward=tea, key="r", at=now)
    adjust(ada, 10, reason="goodwill", key="a", at=now)


def enrol() -> Member:
    return shelf.enrol_ada(points=0, at=timezone.now())


def session_of(member: Member, language: str = "fr") -> str:
    member.user.language = language
    member.user.save()
    client: Client = shelf.browser_of(member)
    return client.cookies["session"].value


class TestTheCardAndTheHistory:
    @pytest.mark.parametrize(("language", "scheme", "width"), COVERING)
    def test_are_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: Scheme, width: int
    ):
        ada = enrol()
        session = session_of(ada, language)
        with visiting(
            browser,
            live_server.url,
            language=language,
            scheme=scheme,
            width=width,
            session=session,
        ) as visit:
            assert visit.faults_of("/me/") == ""
            assert visit.faults_of("/me/history/") == ""
            fill(ada)
            assert visit.faults_of("/me/") == ""
            visit.page.locator("#code-toggle").click()
            expect(visit.page.locator("#code .qr svg")).to_be_visible()
            assert visit.complaints == []
            assert visit.faults_of("/me/code/") == ""
            assert visit.faults_of("/me/history/") == ""
            assert visit.faults_of("/me/history/?show=expired") == ""
            blocking.block(member=ada, at=timezone.now(), actor="usr_1")
            assert visit.faults_of("/me/") == ""
            assert visit.faults_of("/me/code/") == ""

    def test_fit_the_first_screen_of_a_phone(self, browser: Browser, live_server: LiveServer):
        ada = enrol()
        fill(ada)
        with visiting(browser, live_server.url, width=PHONE, session=session_of(ada)) as visit:
            visit.page.goto(live_server.url + "/me/")
            bar = visit.page.locator(".tabs").bounding_box()
            ahead = visit.page.locator(".me__ahead").bounding_box()

        assert bar is not None
        assert ahead is not None
        assert ahead["y"] + ahead["height"] <= 640 - bar["height"]


class TestWithTheKeyboard:
    def test_opens_the_code_puts_it_away_and_reads_why(
        self, browser: Browser, live_server: LiveServer
    ):
        ada = enrol()
        fill(ada)
        with visiting(browser, live_server.url, width=PHONE, session=session_of(ada)) as visit:
            page = visit.page
            page.goto(live_server.url + "/me/")
            page.locator("#code-toggle").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#code .qr svg")).to_be_visible()
            expect(page.locator(":focus")).to_have_id("code-toggle")
            page.keyboard.press("Enter")
            expect(page.locator("#code .qr svg")).to_have_count(0)
            page.goto(live_server.url + "/me/history/")
            page.locator("summary").first.focus()
            page.keyboard.press("Enter")
            expect(page.locator(".why").first).to_be_visible()
            page.get_by_role("link", name="Voir les mouvements plus anciens").press("Enter")
            expect(page.locator(".older")).to_have_count(0)
            expect(page.locator(".rows__item")).to_have_count(26)
            assert visit.complaints == []

    def test_takes_another_code_by_itself(self, browser: Browser, live_server: LiveServer):
        session = session_of(enrol())
        with visiting(browser, live_server.url, width=PHONE, session=session) as visit:
            page = visit.page
            page.clock.install()
            page.goto(live_server.url + "/me/code/")
            first = page.locator(".qr path").last.get_attribute("d")
            with page.expect_response("**/me/code/"):
                page.clock.run_for(timedelta(seconds=26) / timedelta(milliseconds=1))
            page.wait_for_function(
                "was => document.querySelector('.qr path:last-child').getAttribute('d') !== was",
                arg=first,
            )


class TestWithoutAScript:
    def test_shows_the_code_a_new_one_and_older_movements(
        self, browser: Browser, live_server: LiveServer
    ):
        ada = enrol()
        fill(ada)
        context = browser.new_context(
            java_script_enabled=False, viewport={"width": 360, "height": 640}
        )
        context.add_cookies(
            [{"name": "session", "value": session_of(ada), "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url + "/me/")
        leave_by(page.get_by_role("link", name="Montrer ma carte"))
        number = Card.objects.get().number
        assert number[:4] in page.locator(".shown__number").inner_text()
        first = page.locator(".qr path").last.get_attribute("d")
        leave_by(page.get_by_role("link", name="Nouveau code"))
        assert page.locator(".qr path").last.get_attribute("d") != first
        leave_by(page.get_by_role("link", name="Ranger ma carte"))
        assert page.url == live_server.url + "/me/"
        leave_by(page.get_by_role("link", name="Historique"))
        leave_by(page.get_by_role("link", name="Gagnés"))
        assert page.url.endswith("?show=earned")
        leave_by(page.get_by_role("link", name="Voir les mouvements plus anciens"))
        assert page.locator(".rows__item").count() == 5
        context.close()
