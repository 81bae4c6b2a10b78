"""What the planner must see of an account: its locked row, and no more lots than it needs."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from loyalty.core import engines
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import NEVER, Book, Hold, Lot, Spending, Wait
from loyalty.ledger.planning.accounts import BUCKETS, in_utc

# A spending looks at so many lots first; hardly any needs more.
_FIRST_LOTS = 50

COLUMNS = (
    "l.account_id, l.id, l.number, l.rule_version, l.earned_at, l.original, l.remaining,"
    " l.state, l.available_at, l.expires_at, l.waits_for, l.cancels_at, l.life"
)
WIDTH = 13
_OPEN = f"SELECT {COLUMNS} FROM ledger_lot l WHERE l.remaining > 0 AND "
# Materialised: the account's first end is looked up once, whatever the account holds.
_DYING_NEXT = (
    "SELECT * FROM (WITH d AS MATERIALIZED (SELECT a.id, (SELECT MIN(f.expires_at)"
    " FROM ledger_lot f WHERE f.account_id = a.id AND f.remaining > 0 AND f.state = 'ACTIVE')"
    f" AS first FROM ledger_account a WHERE {{condition}}) SELECT {COLUMNS} FROM d"
    " JOIN ledger_lot l ON l.account_id = d.id AND l.expires_at = d.first"
    " AND l.remaining > 0 AND l.state = 'ACTIVE') dying"
)
_OF_ENTRY = (
    f"SELECT DISTINCT {COLUMNS} FROM ledger_movement m"
    " JOIN ledger_lot l ON l.id = m.lot_id WHERE m.entry_id = %s"
)
_TAKEN = (
    "SELECT l.number, m.points FROM ledger_movement m JOIN ledger_lot l ON l.id = m.lot_id"
    " WHERE m.entry_id = %s AND m.destination = 'redeemed'"
    " UNION ALL SELECT NULL, e.points + COALESCE(e.waived, 0) FROM ledger_entry e"
    " WHERE e.parent_id = %s AND e.kind = 'REFUND'"
)
# Lots beside which nothing is held, padded to stand in one answer with those of open holds.
_NO_HOLD = (
    ", CAST(NULL AS bigint), CAST(NULL AS bigint), CAST(NULL AS text),"
    " CAST(NULL AS timestamptz), CAST(NULL AS bigint)"
)
_HELD = (
    f"SELECT {COLUMNS}, h.id, o.number, h.public_id, h.expires_at, m.points"
    " FROM ledger_hold h JOIN ledger_entry o ON o.id = h.opening_id"
    " JOIN ledger_movement m ON m.entry_id = h.opening_id"
    " JOIN ledger_lot l ON l.id = m.lot_id WHERE h.closing_id IS NULL AND "
)


def open_book(account: Account, *, at: datetime, spends: int = 0, is_whole: bool = False) -> Book:
    """Read an account for the planner.

    All open lots and holds when something is due at `at`, or when the whole is asked for;
    enough of the lots to spend `spends` points otherwise: one statement, two where many
    small lots must be drawn.
    """
    book = as_book(account)
    if is_whole or is_due(account, at=at):
        _read_all(book)
    elif spends:
        _read_first(book, spends)
    return book


def as_book(account: Account) -> Book:
    """Return the account's row as the planner sees it, without its lots."""
    return Book(
        account=account.pk,
        buckets={bucket: getattr(account, bucket) for bucket in BUCKETS},
        unseen_at=account.next_event_at or NEVER,
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
    """Give books all their open lots and holds, in one statement."""
    by_account = {book.account: book for book in books}
    if not by_account:
        return
    condition, parameters = engines.any_of("l.account_id", list(by_account))
    _fill(by_account, [(_OPEN, condition, parameters)], whole=by_account)


def read_expiring_lots(books: Iterable[Book], *, at: datetime) -> None:
    """Give books what a balance needs, in one statement.

    All open lots and holds where something is due or inactivity counts; elsewhere the lots
    that die next.
    """
    whole: dict[int, Book] = {}
    others: dict[int, Book] = {}
    for book in books:
        is_whole = is_due(book, at=at) or book.inactive_at is not None
        (whole if is_whole else others)[book.account] = book
    parts = []
    if whole:
        condition, values = engines.any_of("l.account_id", list(whole))
        parts.append((_OPEN, condition, values))
    if others:
        condition, values = engines.any_of("a.id", list(others))
        parts.append((_DYING_NEXT.format(condition=condition), "", values))
    if parts:
        _fill(whole | others, parts, whole=whole)


def _fill(
    books: dict[int, Book], parts: Sequence[tuple[str, str, list[Any]]], *, whole: dict[int, Book]
) -> None:
    """Read lots into books; into whole ones that hold something, their open holds too."""
    holding = [book.account for book in whole.values() if book.buckets["held"]]
    selects = [start + condition for start, condition, _values in parts]
    parameters = [value for _start, _condition, values in parts for value in values]
    if holding:
        selects = [f"SELECT s.*{_NO_HOLD} FROM ({select}) s" for select in selects]
        condition, values = engines.any_of("h.account_id", holding)
        selects.append(_HELD + condition)
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), parameters)
        _put(books, cursor.fetchall())
    for book in whole.values():
        book.unseen_at = None


def _put(books: dict[int, Book], rows: Sequence[Sequence[Any]]) -> None:
    """Put lots, and the holds beside them, into their books."""
    parts: dict[tuple[int, int], list[tuple[Lot, int]]] = {}
    holds: dict[tuple[int, int], Sequence[Any]] = {}
    for row in rows:
        lot = read_lot(row[:WIDTH])
        lot = books[row[0]].lots.setdefault(lot.number, lot)
        if len(row) > WIDTH and row[WIDTH] is not None:
            place = (row[0], row[WIDTH + 1])
            holds[place] = row[WIDTH:]
            parts.setdefault(place, []).append((lot, row[-1]))
    for (account, number), (key, _number, public_id, expires_at, _points) in holds.items():
        drawn = sorted(
            parts[account, number], key=lambda part: (part[0].expires_at, part[0].number)
        )
        books[account].holds[number] = Hold(
            number=number,
            public_id=public_id,
            expires_at=engines.from_column(expires_at),
            parts=[(lot.number, points) for lot, points in drawn],
            row=key,
        )


def read_hold(book: Book, hold: int) -> None:
    """Give a book one hold by its key, if it is open, with its lots. One statement if any."""
    if any(held.row == hold for held in book.holds.values()):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"{_HELD}h.id = %s", [hold])
        _put({book.account: book}, cursor.fetchall())


def read_spending(book: Book, entry: Entry) -> Spending:
    """Return what an entry spent and what came back since, and give the book its lots."""
    for _account, lot in select(_OF_ENTRY, [entry.pk]):
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
    for _account, lot in select(statement, [book.account]):
        book.lots[lot.number] = lot
    reached = sum(lot.remaining for lot in book.lots.values())
    if reached < points <= book.buckets["available"]:
        _read_all(book)


def select(statement: str, parameters: Sequence[Any]) -> list[tuple[int, Lot]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(row[0], read_lot(row)) for row in cursor.fetchall()]


def read_lot(row: Sequence[Any]) -> Lot:
    _account, key, number, rule_version, earned_at, original, remaining, state = row[:8]
    start, end, event, cancels_at, life = row[8:]
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
        wait=Wait(event, engines.from_column(cancels_at), life) if event is not None else None,
    )
