"""The pages around e-mails, and each e-mail as our own page shows it, in Debian's Chromium."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from loyalty.mailing import samples, unsubscribing
from members.models import Member
from tests.mailing.conftest import agree
from tests.pages.browsing import DESK, PHONE, leave_by, visiting
from tests.pages.test_accessibility import browser as _browser
from tests.pages.test_accessibility import sign_in

browser = _browser
# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

Habit = dict[str, object]
HABITS: list[Habit] = [
    {"language": "fr", "scheme": "light", "width": PHONE},
    {"language": "en", "scheme": "dark", "width": DESK},
]


@pytest.mark.parametrize("habit", HABITS, ids=["phone", "desk"])
class TestInABrowser:
    def test_unsubscribing_is_without_fault(
        self,
        browser: Browser,
        live_server: LiveServer,
        ada: Member,
        habit: Habit,
    ):
        agree(ada)
        path = f"/unsubscribe/{unsubscribing.make_token(recipient=ada.public_id)}/"
        with visiting(browser, live_server.url, **habit) as visit:
            assert visit.faults_of(path) == ""
            leave_by(visit.page.locator("main button"), key="Enter")

            assert visit.page.locator("main form").count() == 0
            assert visit.faults_of(path) == ""

    def test_each_email_is_without_fault_and_so_is_their_list(
        self,
        browser: Browser,
        live_server: LiveServer,
        programme,
        habit: Habit,
    ):
        with visiting(browser, live_server.url, session=sign_in(), **habit) as visit:
            assert visit.faults_of("/desk/emails/") == ""
            for sample in samples.get_samples():
                path = f"/desk/emails/{sample.template}/{habit['language']}/"
                assert visit.faults_of(path) == ""
