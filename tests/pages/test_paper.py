"""The desk on paper: what a page says and of which days, whole, and no way elsewhere."""

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.pages.browsing import Scheme, visiting
from tests.pages.matrix.scene import build
from tests.pages.test_accessibility import browser
from tests.pages.test_gallery import session_of

__all__ = ["browser"]

# Between the margins of A4, at 96 dots an inch.
SHEET = 703
WAYS = "#header, .breadcrumbs, .desk-menu, .views, .picker, .desk-act, .measure summary"
# Beyond the right edge of the sheet, or in a box that shows a part of it.
CUT_OFF = """sheet => [...document.querySelectorAll("main table, main svg")].filter(one => {
    const box = one.getBoundingClientRect(), holder = one.parentElement
    const scrolls = getComputedStyle(holder).overflowX !== "visible"
    const hides = scrolls && holder.scrollWidth > holder.clientWidth + 1
    return box.width && (box.right > sheet + 1 || hides)
}).map(one => one.outerHTML.slice(0, 80))"""


PATHS = ("chapters/retention/", "chapters/programme/", "retention_rate/", "stores/")


def seen(page: Page, selector: str) -> int:
    return sum(one.is_visible() for one in page.locator(selector).all())


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
class TestOnPaper:
    @pytest.mark.parametrize(("language", "scheme"), [("fr", "light"), ("en", "dark")])
    def test_a_page_is_whole_black_on_white_and_leads_nowhere(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: Scheme
    ):
        scene = build(at=timezone.now())
        session, period = session_of(scene.people["A"], language), timezone.now().year
        with visiting(
            browser, live_server.url,
            language=language, scheme=scheme, width=SHEET, session=session,
        ) as visit:  # fmt: skip
            page = visit.page
            page.emulate_media(media="print", color_scheme=scheme)
            for path in PATHS:
                page.goto(f"{live_server.url}/desk/measures/{path}?period={period}&kind=PERSON")
                about = page.locator(".on-paper--about").inner_text()

                assert str(period) in about
                assert {"fr": "personne", "en": "person"}[language] in about.lower()
                assert seen(page, WAYS) == 0
                assert page.evaluate(CUT_OFF, SHEET) == []
                assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 42, 51)"
            assert page.locator("h1").is_visible()
