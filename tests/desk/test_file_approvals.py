"""A file that gives many points, on the page where another person decides on it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loyalty.celery import app
from loyalty.filing import asking, keeping
from loyalty.identity.models import Approval
from loyalty.identity.roles import Role
from members.models import FileState, ImportFile, Purchase
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import words_of

APPROVALS = "/desk/approvals/"
pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "task_always_eager", True)
    monkeypatch.setattr(app.conf, "task_eager_propagates", True)


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


@pytest.fixture
def chief(sign_in: SignIn) -> Client:
    client = sign_in(Role.ADMINISTRATOR)
    prove(client)
    return client


def ask(care: Client) -> Approval:
    """Have customer care start a file that gives more than they may alone."""
    sales = b"client;date;montant;ticket\nc1;09/03/2026;2 000,00;R1\n"
    said = {"kind": "purchases", "file": SimpleUploadedFile("sales.csv", sales)}
    page = care.post("/desk/imports/", said).headers["Location"]
    care.post(page)
    approval = ImportFile.objects.get().approval
    assert approval is not None
    return approval


def answer(client: Client, approval: Approval, word: str) -> tuple[str, str]:
    """Press a button, and return what became of the request and of its file."""
    client.post(f"{APPROVALS}{approval.public_id}/", {"answer": word})
    approval.refresh_from_db()
    return approval.state, ImportFile.objects.get().state


class TestTheRequest:
    def test_shows_the_file_and_what_it_gives_at_most(self, care: Client, chief: Client):
        ask(care)

        told = words_of(chief, APPROVALS)

        # At the tier that gives most: one and a half times what it gives this member.
        assert "Bring in purchases of the file sales.csv: 3,000 points at most" in told
        assert "1 request waits for approval." in words_of(chief, "/desk/")

    def test_is_over_once_nobody_answered_in_three_days(
        self, care: Client, chief: Client, clock: time_machine.Traveller
    ):
        ask(care)
        clock.move_to(NOON + asking.PATIENCE)
        prove(chief)

        told = words_of(chief, APPROVALS)

        assert "sales.csv" in told
        assert "lapsed" in told

    def test_of_no_file_is_as_absent_as_one_of_nobody(self, chief: Client):
        assert chief.get(f"{APPROVALS}apv_nobody/").status_code == 404


class TestTheDecision:
    def test_approving_brings_the_file_in(self, care: Client, chief: Client):
        approval = ask(care)

        assert answer(chief, approval, "approve") == ("APPROVED", FileState.DONE)
        assert Purchase.objects.get().total_cents == 200_000

    def test_refusing_throws_it_away(
        self, care: Client, chief: Client, django_capture_on_commit_callbacks: object
    ):
        approval = ask(care)
        path = keeping.path_of(ImportFile.objects.get())

        with django_capture_on_commit_callbacks(execute=True):
            assert answer(chief, approval, "refuse") == ("REFUSED", FileState.REFUSED)

        assert path.exists() is False
        assert Purchase.objects.exists() is False

    def test_one_s_own_is_withdrawn_and_not_approved(self, care: Client):
        approval = ask(care)

        assert answer(care, approval, "approve") == ("WAITING", FileState.ASKED)
        assert answer(care, approval, "perhaps") == ("WAITING", FileState.ASKED)
        assert answer(care, approval, "withdraw") == ("WITHDRAWN", FileState.LOOKED)
        assert Purchase.objects.exists() is False

    def test_is_not_theirs_who_see_no_files(self, care: Client, sign_in: SignIn):
        approval = ask(care)
        manager = sign_in(Role.STORE_MANAGER)
        prove(manager)

        answered = manager.post(f"{APPROVALS}{approval.public_id}/", {"answer": "approve"})

        assert answered.status_code == 404
        assert ImportFile.objects.get().state == FileState.ASKED
