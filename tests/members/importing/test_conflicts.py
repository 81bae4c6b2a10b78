"""The database gives a chunk up for another transaction: it is done again, and counted once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from loyalty.programmes.models import Programme
from members.importing import people, purchases
from members.models import ImportRow, ImportRun, Member, Purchase
from tests.conftest import NOON
from tests.members.conftest import Writer

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def one_deadlock(*, at: str) -> Iterator[list[str]]:
    """Let the database give up the first statement that begins so, as it does in a deadlock."""
    given_up: list[str] = []

    def execute(work: Callable[..., Any], sql: str, params: Any, many: bool, said: Any) -> Any:
        if sql.startswith(at) and not given_up:
            given_up.append(sql)
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return work(sql, params, many, said)

    with connection.execute_wrapper(execute):
        yield given_up


def test_purchases_and_their_refusals_are_counted_once(programme: Programme, write: Writer):
    lines = "m1,2026-01-05,5.00,R1\nm2,2026-01-05,7.00,R1\nm3,2026-01-05,1.00,\n"
    path = write("member,date,amount,ticket\n" + lines)

    with one_deadlock(at='DELETE FROM "members_importrow"') as given_up:
        report = purchases.bring_in(path=path, at=NOON, mapped={"receipt": "ticket"})

    assert len(given_up) == 1
    assert (report.lines, report.added, report.known, report.refused) == (3, 2, 0, 1)
    assert [(error.line, error.code) for error in report.errors] == [(3, "duplicate-receipt")]
    run = ImportRun.objects.get()
    assert (run.added, run.refused, len(run.errors)) == (2, 1, 1)
    assert (Purchase.objects.count(), ImportRow.objects.count()) == (2, 0)


def test_members_and_their_refusals_are_counted_once(programme: Programme, write: Writer):
    path = write("external_id,enrolled_at\nm1,2026-01-05\nm1,2026-01-05\nm2,never\n")

    with one_deadlock(at='UPDATE "members_importrun"') as given_up:
        report = people.bring_in(path=path, at=NOON)

    assert len(given_up) == 1
    assert (report.lines, report.added, report.known, report.refused) == (3, 1, 1, 1)
    assert [(error.line, error.code) for error in report.errors] == [(4, "bad-date")]
    run = ImportRun.objects.get()
    assert (run.lines_read, run.added, run.refused, len(run.errors)) == (3, 1, 1, 1)
    assert Member.objects.count() == 1
