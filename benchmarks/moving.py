"""Points moved as a till's call moves them: one transaction, the lock first, then the verb."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from benchmarks import databases, hoard, scene
from benchmarks.hoard import ALIVE_FOR
from benchmarks.run import Run

EARNED_AT = datetime(2026, 1, 5, tzinfo=UTC)
LATER = EARNED_AT + timedelta(days=30)

Verb = Callable[[int, str], None]


def build(run: Run, name: str, *, accounts: int, lots: int) -> None:
    """Make a ledger in which nothing is due for a year."""
    run.cluster.create(name)
    databases.migrate(name)
    scene.set_up(at=EARNED_AT)
    hoard.fill(accounts=accounts, lots=lots, at=EARNED_AT, first=LATER)
    run.cluster.freeze(name)
    run.cluster.rest()


def earn(holder: int, key: str) -> None:
    """Earn ten points for a year and more."""
    from loyalty.ledger import posting

    grant = posting.Grant("points", 10, LATER, LATER + ALIVE_FOR)
    with transaction.atomic():
        account = posting.lock(holder)["points"]
        posting.earn(account=account, grants=[grant], reference=key, key=key, at=LATER)


def redeem(holder: int, key: str) -> None:
    """Spend a point."""
    from loyalty.ledger import posting

    with transaction.atomic():
        account = posting.lock(holder)["points"]
        posting.redeem(account=account, points=1, reference=key, key=key, at=LATER)


def each(verb: Verb, holders: Sequence[int], name: str) -> Callable[[int], int]:
    """Return a round's work: the verb once for each holder."""

    def work(number: int) -> int:
        for holder in holders:
            verb(holder, f"{name}-{number}")
        return len(holders)

    return work


def spread(accounts: int, *, count: int) -> list[int]:
    """Return so many holders, far apart from one another."""
    return [1 + n * accounts // count for n in range(count)]
