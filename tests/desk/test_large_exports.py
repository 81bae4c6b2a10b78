"""Large lists of people: another person approves, and the asker takes the list once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from loyalty.desk.exporting import waiting
from loyalty.identity.models import Approval
from loyalty.identity.roles import Role
from members import enrolling
from members.models import Export
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import words_of

MEMBERS = "/desk/exports/?what=members"
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _people(shop: None, settings: Settings) -> None:
    settings.EXPORT_MEMBERS_ALONE = 2
    for name in ("ada", "bob", "eve"):
        enrolling.enrol(at=NOON, first_name=name, email=f"{name}@shop.test")


@pytest.fixture
def asker(sign_in: SignIn) -> Client:
    return proved(sign_in(Role.MARKETING))


@pytest.fixture
def decider(sign_in: SignIn) -> Client:
    return proved(sign_in(Role.CUSTOMER_CARE))


def proved(client: Client) -> Client:
    prove(client)
    return client


def ask(client: Client, **said: str) -> Approval:
    answer = client.post(MEMBERS, {"file_format": "csv", "has_codes": "on", **said})
    assert answer.headers["Location"] == "/desk/exports/"
    return Approval.objects.latest("pk")


def answer(client: Client, approval: Approval, word: str) -> str:
    prove(client)
    client.post(f"/desk/approvals/{approval.public_id}/", {"answer": word})
    approval.refresh_from_db()
    return approval.state


def take(client: Client, approval: Approval) -> int:
    """Return how many members the file holds, or -1 where none was given."""
    prove(client)
    answer = client.post(f"/desk/exports/{approval.public_id}/")
    if answer.status_code != 200:
        # Somebody else's request is not there; one's own may be over.
        assert answer.status_code in (302, 404)
        return -1
    return len(b"".join(answer.streaming_content).decode().splitlines()) - 1


class TestALargeList:
    def test_waits_for_another_person(self, asker: Client):
        approval = ask(asker)

        assert (approval.kind, approval.state, approval.subject) == (
            "EXPORT",
            "WAITING",
            "members",
        )
        assert approval.payload == {"rows": 3, "file_format": "csv", "has_codes": 1}
        assert Export.objects.exists() is False
        assert take(asker, approval) == -1

    def test_is_told_on_the_first_page_to_whoever_may_decide(self, asker: Client, decider: Client):
        ask(asker)

        assert "1 request waits for approval." in words_of(decider, "/desk/")
        assert "waits for approval" not in words_of(asker, "/desk/")

    def test_is_taken_once_by_who_asked(self, asker: Client, decider: Client):
        approval = ask(asker)

        assert answer(decider, approval, "approve") == "APPROVED"

        assert take(decider, approval) == -1
        assert take(asker, approval) == 3
        assert take(asker, approval) == -1
        export = Export.objects.get()
        assert (export.rows, export.filters) == (3, {"approval": approval.public_id})

    def test_is_offered_to_who_asked_for_a_day(
        self, asker: Client, decider: Client, clock: time_machine.Traveller
    ):
        approval = ask(asker)
        answer(decider, approval, "approve")
        prove(asker)
        assert approval.public_id in asker.get(MEMBERS).content.decode()

        clock.move_to(NOON + 24 * HOUR)

        user = approval.requested_by
        with pytest.raises(waiting.ExportNotReady):
            waiting.take(public_id=approval.public_id, user=user, at=NOON + 24 * HOUR)
        assert Export.objects.exists() is False

    def test_leaves_never_after_a_no(self, asker: Client, decider: Client):
        approval = ask(asker)

        assert answer(decider, approval, "refuse") == "REFUSED"
        assert take(asker, approval) == -1

    def test_is_withdrawn_by_who_asked(self, decider: Client):
        approval = ask(decider)

        assert answer(decider, approval, "withdraw") == "WITHDRAWN"
        assert take(decider, approval) == -1

    def test_is_not_decided_by_who_asked(self, decider: Client):
        approval = ask(decider)

        assert answer(decider, approval, "approve") == "WAITING"

    def test_is_not_seen_by_who_sees_less(self, asker: Client, sign_in: SignIn):
        approval = ask(asker)
        manager = proved(sign_in(Role.STORE_MANAGER))

        assert manager.get(f"/desk/approvals/{approval.public_id}/").status_code == 404
        assert answer(manager, approval, "approve") == "WAITING"

    def test_is_as_it_was_narrowed(self, asker: Client, decider: Client, settings: Settings):
        settings.EXPORT_MEMBERS_ALONE = 0
        approval = ask(asker, state="ACTIVE", since="2026-03-10")
        answer(decider, approval, "approve")

        assert approval.payload["state"] == "ACTIVE"
        assert take(asker, approval) == 3


class TestASmallList:
    def test_is_given_at_once_until_a_day_holds_too_many(
        self, asker: Client, settings: Settings, clock: time_machine.Traveller
    ):
        settings.EXPORT_MEMBERS_ALONE = 5
        said = {"file_format": "csv", "has_codes": "on"}
        first = asker.post(MEMBERS, said)
        assert len(b"".join(first.streaming_content).decode().splitlines()) == 4

        assert ask(asker).state == "WAITING"

    def test_waits_while_another_one_is_still_being_written(
        self, asker: Client, settings: Settings
    ):
        settings.EXPORT_MEMBERS_ALONE = 5
        going = asker.post(MEMBERS, {"file_format": "csv", "state": "ACTIVE"})
        assert (going.status_code, Export.objects.get().rows) == (200, None)

        assert ask(asker).state == "WAITING"

        assert Export.objects.count() == 1
        going.close()

    def test_of_purchases_names_nobody_and_waits_for_nobody(
        self, asker: Client, settings: Settings
    ):
        settings.EXPORT_MEMBERS_ALONE = 0

        given = asker.post("/desk/exports/?what=rewards", {"file_format": "csv"})

        assert given.status_code == 200
        assert Approval.objects.exists() is False
