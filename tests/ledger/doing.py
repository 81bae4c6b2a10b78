"""Short words for what tests of the ledger do all the time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER, Account, Entry, Hold, Movement
from loyalty.ledger.planning import Grant
from loyalty.ledger.planning.accounts import BUCKETS
from tests.conftest import NOON


def days(count: int) -> timedelta:
    return timedelta(days=count)


def grant(points: int, *, since: datetime = NOON, until: datetime = NEVER, **more: Any) -> Grant:
    return Grant("points", points, since, until, **more)


def earn(
    account: Account,
    points: int,
    key: str,
    *,
    at: datetime = NOON,
    since: datetime | None = None,
    occurred_at: datetime | None = None,
    until: datetime = NEVER,
    **more: Any,
) -> Entry:
    """Give points usable `since` (at once) `until` (for ever)."""
    granted = [grant(points, since=since or occurred_at or at, until=until)]
    return posting.earn(
        account=account,
        grants=granted,
        reference=key,
        key=key,
        at=at,
        occurred_at=occurred_at,
        **more,
    )


def redeem(account: Account, points: int, key: str, *, at: datetime = NOON, **more: Any) -> Entry:
    return posting.redeem(account=account, points=points, reference=key, key=key, at=at, **more)


def read(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def left_in_lots(account: Account) -> list[int]:
    return list(account.lots.order_by("number").values_list("remaining", flat=True))


def book_of(account: Account) -> list[tuple[str, int]]:
    return list(account.entries.order_by("number").values_list("kind", "points"))


def moved(account: Account, source: str, destination: str) -> int:
    found = Movement.objects.filter(account=account, source=source, destination=destination)
    return sum(found.values_list("points", flat=True))


def forgotten(account: Account) -> Account:
    """The account as a transaction finds it that has not locked it yet."""
    connection.run_on_commit.clear()
    return Account.objects.select_related("wallet").get(pk=account.pk)


def hold(account: Account, points: int, key: str, *, at: datetime = NOON, **more: Any) -> Hold:
    """Set points aside for a quarter of an hour, unless `lasts` says how long."""
    terms = {"lasts": timedelta(minutes=15), "reference": key} | more
    return posting.hold(account=account, points=points, key=key, at=at, **terms)


def claw_back(entry: Entry, points: int, key: str, *, at: datetime = NOON, **more: Any) -> Entry:
    """Take points of an earn back; what cannot be found is owed, unless told otherwise."""
    terms = {"allow_debt": True} | more
    return posting.clawback(entry=entry, points=points, key=key, at=at, **terms)


def stands(account: Account) -> dict[str, int]:
    """Return the account's buckets that hold something, by name."""
    row = read(account)
    return {bucket: getattr(row, bucket) for bucket in BUCKETS if getattr(row, bucket)}


def refuses(work: Callable[[], object], *, code: str) -> Refusal:
    """Hold that it is refused with this code and that nothing was written; return the refusal."""
    before = Entry.objects.count()
    with pytest.raises(Refusal) as refusal:
        work()
    assert refusal.value.code == code
    assert Entry.objects.count() == before
    return refusal.value
