"""What the planner must see of an account: its locked row, and no more lots than it needs."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from loyalty.core import engines
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Book, Lot, Spending
from loyalty.ledger.planning.accounts import BUCKETS, in_utc

# A spending looks at so many lots first; hardly any needs more.
_FIRST_LOTS = 50

_COLUMNS = (
    "l.account_id, l.id, l.number, l.rule_version, l.earned_at, l.original, l.remaining,"
    " l.state, l.available_at, l.expires_at"
)
_OPEN = f"SELECT {_COLUMNS} FROM ledger_lot l WHERE l.remaining > 0 AND "
# Materialised: the account's first end is looked up once, whatever the account holds.
_DYING_NEXT = (
    "SELECT * FROM (WITH d AS MATERIALIZED (SELECT a.id, (SELECT MIN(f.expires_at)"
    " FROM ledger_lot f WHERE f.account_id = a.id AND f.remaining > 0 AND f.state = 'ACTIVE')"
    f" AS first FROM ledger_account a WHERE {{condition}}) SELECT {_COLUMNS} FROM d"
    " JOIN ledger_lot l ON l.account_id = d.id AND l.expires_at = d.first"
    " AND l.remaining > 0 AND l.state = 'ACTIVE') dying"
)
_OF_ENTRY = (
    f"SELECT DISTINCT {_COLUMNS} FROM ledger_movement m"
    " JOIN ledger_lot l ON l.id = m.lot_id WHERE m.entry_id = %s"
)
_TAKEN = (
    "SELECT l.number, m.points FROM ledger_movement m JOIN ledger_lot l ON l.id = m.lot_id"
    " WHERE m.entry_id = %s AND m.destination = 'redeemed'"
    " UNION ALL SELECT NULL, e.points FROM ledger_entry e"
    " WHERE e.parent_id = %s AND e.kind = 'REFUND'"
)


def open_book(account: Account, *, at: datetime, spends: int = 0) -> Book:
    """Read an account for the planner.

    All open lots when something is due at `at`, enough of them to spend `spends` points
    otherwise: one statement, two where many small lots must be drawn.
    """
    book = as_book(account)
    if is_due(account, at=at):
        _read_all(book)
    elif spends:
        _read_first(book, spends)
    return book


def as_book(account: Account) -> Book:
    """Return the account's row as the planner sees it, without its lots."""
    return Book(
        account=account.pk,
        buckets={bucket: getattr(account, bucket) for bucket in BUCKETS},
        unseen_at=account.next_event_at,
        entry_seq=account.entry_seq,
        lot_seq=account.lot_seq,
        last_hash=account.last_hash,
        last_at=account.last_at,
        next_event_at=account.next_event_at,
        inactive_at=account.inactive_at,
    )


def is_due(account: Account | Book, *, at: datetime) -> bool:
    """Say whether something of the account falls due at a booking clock."""
    now = in_utc(at) if account.last_at is None else max(in_utc(at), account.last_at)
    return account.next_event_at is not None and account.next_event_at <= now


def read_open_lots(books: Iterable[Book]) -> None:
    """Give books all their open lots, in one statement."""
    by_account = {book.account: book for book in books}
    if not by_account:
        return
    condition, parameters = engines.any_of("l.account_id", list(by_account))
    for account, lot in _select(_OPEN + condition, parameters):
        by_account[account].lots[lot.number] = lot
    for book in by_account.values():
        book.unseen_at = None


def read_expiring_lots(books: Iterable[Book], *, at: datetime) -> None:
    """Give books what a balance needs, in one statement.

    All open lots where something is due or inactivity counts; elsewhere the lots that die next.
    """
    whole: dict[int, Book] = {}
    others: dict[int, Book] = {}
    for book in books:
        is_whole = is_due(book, at=at) or book.inactive_at is not None
        (whole if is_whole else others)[book.account] = book
    parts, parameters = [], []
    if whole:
        condition, values = engines.any_of("l.account_id", list(whole))
        parts.append(_OPEN + condition)
        parameters += values
    if others:
        condition, values = engines.any_of("a.id", list(others))
        parts.append(_DYING_NEXT.format(condition=condition))
        parameters += values
    if not parts:
        return
    by_account = whole | others
    for account, lot in _select(" UNION ALL ".join(parts), parameters):
        by_account[account].lots[lot.number] = lot
    for book in whole.values():
        book.unseen_at = None


def read_spending(book: Book, entry: Entry) -> Spending:
    """Return what an entry spent and what came back since, and give the book its lots."""
    for _account, lot in _select(_OF_ENTRY, [entry.pk]):
        book.lots.setdefault(lot.number, lot)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [entry.pk, entry.pk])
        rows = cursor.fetchall()
    return Spending(
        number=entry.number,
        taken=[(lot, points) for lot, points in rows if lot is not None],
        returned=sum(points for lot, points in rows if lot is None),
    )


def _read_all(book: Book) -> None:
    read_open_lots([book])


def _read_first(book: Book, points: int) -> None:
    limit = min(points, _FIRST_LOTS)
    statement = (
        f"{_OPEN} l.account_id = %s AND l.state = 'ACTIVE'"
        f" ORDER BY l.expires_at, l.number LIMIT {limit}"
    )
    for _account, lot in _select(statement, [book.account]):
        book.lots[lot.number] = lot
    reached = sum(lot.remaining for lot in book.lots.values())
    if reached < points <= book.buckets["available"]:
        _read_all(book)


def _select(statement: str, parameters: Sequence[Any]) -> list[tuple[int, Lot]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(row[0], _read(row)) for row in cursor.fetchall()]


def _read(row: Sequence[Any]) -> Lot:
    _account, key, number, rule_version, earned_at, original, remaining, state, start, end = row
    return Lot(
        number=number,
        earned_at=engines.from_column(earned_at),
        original=original,
        remaining=remaining,
        is_pending=state == "PENDING",
        available_at=engines.from_column(start),
        expires_at=engines.from_column(end),
        rule_version=rule_version,
        row=key,
    )
