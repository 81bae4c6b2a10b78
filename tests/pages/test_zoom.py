"""On a phone nothing is out of sight: not where all is twice as large, nor in a table."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.pages.browsing import PHONE, visiting
from tests.pages.matrix.scene import build
from tests.pages.test_accessibility import browser
from tests.pages.test_gallery import session_of

__all__ = ["browser"]

PATHS = ("/", "/join/", "/me/", "/me/code/", "/me/profile/", "/me/referral/", "/me/surveys/")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_scrolls_sideways(browser: Browser, live_server: LiveServer, language: str):
    session = session_of(build(at=timezone.now()).people["a"], language)
    with visiting(
        browser, live_server.url, language=language, width=PHONE // 2, session=session
    ) as visit:
        faults = [visit.faults_of(path) for path in PATHS]

    assert "\n".join(filter(None, faults)) == ""


# What is wider than the box that it scrolls in.
HIDDEN = """[...document.querySelectorAll("main .table-scroll")]
    .filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText.slice(0, 80))"""
MEASURES = ("retention_rate/", "chapters/value/", "chapters/programme/", "stores/")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_figures_of_periods_stand_one_under_the_other(browser: Browser, live_server: LiveServer):
    session = session_of(build(at=timezone.now()).people["A"], "en")
    with visiting(browser, live_server.url, language="en", width=PHONE, session=session) as visit:
        for path in MEASURES:
            visit.page.goto(f"{live_server.url}/desk/measures/{path}?period={timezone.now().year}")
            visit.page.locator("details > summary").evaluate_all("all => all.map(e => e.click())")

            assert visit.page.evaluate(HIDDEN) == []
