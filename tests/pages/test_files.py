"""Files that come and go at the desk, in Debian's Chromium: no fault in any state."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from loyalty.identity.models import User
from members.models import FileState, ImportFile
from tests.conftest import NOON
from tests.desk.entering import prove
from tests.pages.browsing import LOOKS, visiting
from tests.pages.conftest import fill_shop, set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
_ERRORS = [{"line": n, "code": "bad-email", "detail": "This is not…" * 5} for n in range(2, 9)]
_REPORT = {"lines": 9, "added": 1, "known": 1, "refused": 7, "errors": _ERRORS}


def add(state: FileState, **said: object) -> str:
    file = ImportFile.objects.create(
        public_id=f"imp_{state.lower()}",
        kind="members",
        title="a-file-with-a-name-that-does-not-end" * 3,
        state=state,
        uploaded_by=User.objects.get(),
        uploaded_at=NOON,
        **said,
    )
    return f"/desk/imports/{file.public_id}/"


class TestTheFilesOfTheDesk:
    @pytest.mark.parametrize(("scheme", "width"), LOOKS)
    def test_are_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, scheme: str, width: int
    ):
        set_up()
        fill_shop()
        client = Client()
        client.force_login(User.objects.create_superuser("admin@example.test"))
        prove(client)
        session = client.cookies["session"].value

        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=session
        ) as visit:
            assert visit.faults_of("/desk/imports/") == ""  # nothing yet
            pages = [
                add(FileState.LOOKED, report=_REPORT, columns={"email": "mail"}),
                add(FileState.REFUSED, refusal="no-usable-column", columns={"columns": ["a"]}),
                add(FileState.STOPPED, report=_REPORT),
                add(FileState.RUNNING, heard_at="9999-01-01T00:00Z", steps=9, done=3),
                add(FileState.DONE, result=_REPORT),
                "/desk/imports/",
                *(f"/desk/exports/?what={what}" for what in ("members", "rewards", "vouchers")),
            ]
            assert "".join(visit.faults_of(page) for page in pages) == ""
