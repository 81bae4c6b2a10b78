"""The rewards' pages where scripts run: parts change in place, and going back shows the page."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from rewards.models import Redemption
from tests.pages.browsing import PHONE, visiting
from tests.pages.test_accessibility import browser
from tests.portal import shelf

__all__ = ["browser"]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
class TestRewardsWithScripts:
    def test_filter_and_ask_in_place(self, browser: Browser, live_server: LiveServer):
        at = timezone.now()
        ada = shelf.enrol_ada(at=at)
        shelf.fill_catalogue(at)
        session = shelf.browser_of(ada).cookies["session"].value
        with visiting(
            browser, live_server.url, language="en", width=PHONE, session=session
        ) as visit:
            page = visit.page
            assert visit.faults_of("/me/rewards/") == ""
            page.evaluate("window.stayed = true")

            page.get_by_role("link", name="Café").click()
            page.wait_for_url("**/me/rewards/?category=cafe")
            expect(page.locator("#catalogue").get_by_text("A tin of shortbread")).to_have_count(0)
            expect(page.locator(":focus")).to_have_text("Café")
            assert visit.faults_here("filtered") == ""
            page.get_by_role("link", name="A coffee on the house").click()
            page.wait_for_url("**/me/rewards/rew_1/")
            page.evaluate("window.stayed = true")
            page.get_by_role("link", name="Use 200 points").click()
            expect(page.locator(":focus")).to_have_id("ask")
            assert visit.faults_here("asked") == ""
            page.get_by_role("link", name="Keep my points").click()
            expect(page.locator("#ask")).to_have_count(0)
            assert page.evaluate("window.stayed") is True
            assert Redemption.objects.exists() is False

            page.go_back()
            page.wait_for_url("**/me/rewards/?category=cafe")
            expect(page.locator("h1")).to_have_text("Rewards")
            page.go_back()
            expect(page.get_by_text("A tin of shortbread")).to_be_visible()
            expect(page.locator("h1")).to_have_count(1)
