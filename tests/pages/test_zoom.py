"""Members' pages on a phone whose owner has everything twice as large: nothing is out of sight."""

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
