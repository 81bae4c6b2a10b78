"""Days whose figures must be counted again: written with the fact, taken by deletion."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.transaction import TransactionManagementError

from loyalty.core import engines, expressions
from loyalty.events.models import Change

Day = tuple[int | None, date]

# The columns of a row, with PostgreSQL's types, for who writes rows by hand.
COLUMNS = {"topic": "text", "subject": "bigint", "day": "date"}


def record(topic: str, days: Iterable[Day]) -> None:
    """Say that these subjects' days changed, in one statement. Repeats in the call count once."""
    rows = [Change(topic=topic, subject=subject, day=day) for subject, day in set(days)]
    Change.objects.bulk_create(rows)


def rows_of(topic: str, days: Iterable[Day]) -> list[tuple[Any, ...]]:
    """Return rows in the order of COLUMNS, for a writer that has a statement for them already."""
    return [(topic, subject, day) for subject, day in sorted(set(days), key=str)]


def take(topic: str, limit: int = 10_000) -> set[Day]:
    """Remove up to `limit` changes and return them; a rolled back caller gives them back.

    Only what has committed is taken, so nothing is missed whatever the order of commits. Two
    callers at once take different rows. An empty answer: nothing is left to count.
    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("Changes are taken in the transaction that counts them.")
    waiting = Change.objects.filter(topic=topic).order_by("id")
    taken = engines.lock_skipping(waiting).values_list("pk", "subject", "day")[:limit]
    days = {pk: (subject, day) for pk, subject, day in taken}
    Change.objects.filter(pk__in=RawSQL(*expressions.listed(list(days)))).delete()  # noqa: S611
    return set(days.values())
