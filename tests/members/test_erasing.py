from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models.signals import pre_save

from loyalty.events.models import JobRun, OutboxEvent
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from members import closing, enrolling, erasing, purchasing
from members import tasks as members_tasks
from members.models import ErasureRequest, Member
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once

HOUR = timedelta(hours=1)
DUE = NOON + 72 * HOUR


@pytest.fixture
def broken() -> Callable[[Member], AbstractContextManager[None]]:
    """Return what lets a member be written no more, for a while."""

    @contextmanager
    def broken(member: Member) -> Iterator[None]:
        def refuse(instance: Member, **_signal: Any) -> None:
            if instance.pk == member.pk:
                raise LookupError(instance.email)

        pre_save.connect(refuse, sender=Member)
        try:
            yield
        finally:
            pre_save.disconnect(refuse, sender=Member)

    return broken


def ask(member: Member) -> ErasureRequest:
    return erasing.ask(member=member, at=NOON, actor=member.public_id)


class TestAsk:
    def test_is_due_in_three_days_and_changes_nothing_before(self, ada: Member):
        asked = ask(ada)

        ada.refresh_from_db()
        assert (asked.state, asked.due_at, ada.erasure_due_at) == ("ASKED", DUE, DUE)
        assert (ada.state, ada.email) == ("ACTIVE", "ada@example.org")
        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)
        assert points_of(ada, at=NOON) == 20
        told = OutboxEvent.objects.get(name="member.erasure-asked").payload
        assert told == {
            "member": ada.public_id,
            "due_at": DUE.isoformat(),
            "actor": ada.public_id,
        }

    def test_again_is_the_same_request(self, ada: Member):
        first = ask(ada)
        later = NOON + timedelta(hours=5)

        again = erasing.ask(member=ada, at=later, actor="user:1")

        assert (again.pk, again.due_at) == (first.pk, DUE)
        assert OutboxEvent.objects.filter(name="member.erasure-asked").count() == 1

    def test_may_be_asked_for_by_who_left(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        assert ask(ada).due_at == DUE

    def test_is_refused_once_it_is_done(self, ada: Member):
        ask(ada)
        erasing.erase_due(at=DUE)

        with pytest.raises(erasing.AlreadyErased):
            ask(ada)


class TestUndo:
    def test_leaves_everything_as_it_was(self, ada: Member):
        ask(ada)

        erasing.undo(member=ada, at=DUE - timedelta(seconds=1), actor=ada.public_id)

        ada.refresh_from_db()
        assert (ada.state, ada.email, ada.erasure_due_at) == ("ACTIVE", "ada@example.org", None)
        assert erasing.erase_due(at=DUE) == 0
        assert ErasureRequest.objects.get().state == "UNDONE"
        assert OutboxEvent.objects.filter(name="member.erasure-undone").count() == 1

    def test_is_refused_when_the_three_days_are_over(self, ada: Member):
        ask(ada)

        with pytest.raises(erasing.ErasureTooLate):
            erasing.undo(member=ada, at=DUE, actor=ada.public_id)

        assert erasing.erase_due(at=DUE) == 1

    def test_is_refused_where_nothing_was_asked_for_or_it_is_done(self, ada: Member):
        with pytest.raises(erasing.ErasureNotOpen):
            erasing.undo(member=ada, at=NOON, actor=ada.public_id)

        ask(ada)
        erasing.erase_due(at=DUE)
        with pytest.raises(erasing.ErasureNotOpen):
            erasing.undo(member=ada, at=NOON, actor=ada.public_id)

    def test_may_be_followed_by_another_request(self, ada: Member):
        ask(ada)
        erasing.undo(member=ada, at=NOON, actor=ada.public_id)

        ask(ada)

        states = ErasureRequest.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["UNDONE", "ASKED"]


class TestEraseDue:
    def test_does_nothing_before_the_three_days_are_over(self, ada: Member):
        ask(ada)

        assert erasing.erase_due(at=DUE - timedelta(seconds=1)) == 0
        assert Member.objects.get().email == "ada@example.org"

    def test_closes_the_membership_and_keeps_the_book(self, ada: Member):
        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)
        ask(ada)

        assert erasing.erase_due(at=DUE) == 1

        ada.refresh_from_db()
        assert (ada.state, ada.closed_at, str(ada)) == ("CLOSED", DUE, ada.public_id)
        entries = Entry.objects.order_by("number").values_list("kind", "points")
        assert list(entries) == [("EARN", 20), ("CLOSE", -20)]
        assert verifying.verify().first_fault is None
        done = ErasureRequest.objects.get()
        assert (done.state, done.ended_at, done.ended_by) == ("DONE", DUE, "job:erasure")

    def test_twice_is_once(self, ada: Member):
        ask(ada)

        assert [erasing.erase_due(at=DUE), erasing.erase_due(at=DUE)] == [1, 0]
        assert OutboxEvent.objects.filter(name="member.erased").count() == 1

    def test_looks_for_more_where_a_chunk_ended(self, ada: Member):
        for name in ("grace", "mary", "joan"):
            ask(enrolling.enrol(at=NOON, email=f"{name}@example.org"))

        assert erasing.erase_due(at=DUE, limit=2) == 3
        assert Member.objects.get(email__isnull=False) == ada

    def test_goes_on_after_one_that_fails_and_tries_it_again(self, ada: Member, broken, caplog):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")
        ask(ada)
        ask(grace)

        with broken(ada), pytest.raises(erasing.NotAllErased):
            erasing.erase_due(at=DUE, limit=1)

        states = ErasureRequest.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["ASKED", "DONE"]
        assert list(Member.objects.order_by("pk").values_list("email", flat=True)) == [
            "ada@example.org",
            None,
        ]
        assert "ada" not in caplog.text
        assert erasing.erase_due(at=DUE) == 1


class TestTheJob:
    """Every hour, on one row a day."""

    def run(self, at: datetime) -> int:
        with time_machine.travel(at, tick=False):
            return members_tasks.erase_due()

    def test_counts_what_each_hour_erased(self, ada: Member):
        ask(ada)

        assert [self.run(DUE), self.run(DUE + HOUR)] == [1, 1]

        run = JobRun.objects.get()
        assert (run.job, run.business_day, run.state) == ("erasures", date(2026, 3, 13), "DONE")
        assert (run.rows, run.attempts) == (1, 2)

    def test_records_what_failed_until_it_succeeds(self, ada: Member, broken):
        ask(ada)
        with broken(ada), pytest.raises(erasing.NotAllErased):
            self.run(DUE)
        failed = JobRun.objects.get()

        assert (failed.state, failed.rows) == ("FAILED", 0)
        assert failed.error.startswith("NotAllErased at erasing.py:")
        assert self.run(DUE + HOUR) == 1
        assert JobRun.objects.get().state == "DONE"

    def test_makes_up_the_next_day_for_what_failed(self, ada: Member, broken):
        ask(ada)
        with broken(ada), pytest.raises(erasing.NotAllErased):
            self.run(DUE)

        self.run(DUE + 24 * HOUR)

        rows = JobRun.objects.order_by("business_day").values_list("state", "rows")
        assert list(rows) == [("DONE", 0), ("DONE", 1)]

    def test_does_nothing_before_there_is_a_programme(self, db):
        assert members_tasks.erase_due() == 0
        assert JobRun.objects.exists() is False


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_either_undoes_or_erases(self, ada: Member):
        for round_ in range(10):
            grace = enrolling.enrol(at=NOON, email=f"grace{round_}@example.org")
            ask(grace)

            def act(number: int, member: Member = grace) -> str:
                if number % 2:
                    return f"erased {erasing.erase_due(at=DUE)}"
                try:
                    # Its clock is behind that of the job.
                    just_before = DUE - timedelta(seconds=1)
                    erasing.undo(member=member, at=just_before, actor=member.public_id)
                except erasing.ErasureNotOpen:
                    return "refused"
                return "undone"

            outcome = at_once(act, calls=4)

            grace.refresh_from_db()
            won = ErasureRequest.objects.get(member=grace).state
            assert sum(said in {"erased 1", "undone"} for said in outcome) == 1
            assert (won, grace.email is None, grace.state) in {
                ("DONE", True, "CLOSED"),
                ("UNDONE", False, "ACTIVE"),
            }

    def test_of_ten_jobs_at_once_erases_each_member_once(self, ada: Member):
        for number in range(6):
            ask(enrolling.enrol(at=NOON, email=f"grace{number}@example.org"))

        erased = at_once(lambda _number: erasing.erase_due(at=DUE), calls=10)

        assert sum(erased) == 6
        assert OutboxEvent.objects.filter(name="member.erased").count() == 6
        assert verifying.verify().first_fault is None
