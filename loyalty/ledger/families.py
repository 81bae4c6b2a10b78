"""Where the points of an entry went, from lot to lot and from account to account."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from django.db import connection

from loyalty.ledger.loading import COLUMNS, WIDTH, read_lot, select
from loyalty.ledger.models import Entry
from loyalty.ledger.planning import Book, Earned, Part

# The lots that an entry opened, and those that their points went on to, in any account.
_FAMILY = (
    "WITH RECURSIVE family(id, account_id, number) AS ("
    "SELECT l.id, l.account_id, l.number FROM ledger_movement m"
    " JOIN ledger_lot l ON l.id = m.lot_id WHERE m.entry_id = %s AND m.source = 'issued'"
    " UNION SELECT n.id, n.account_id, n.number FROM ledger_lot n"
    " JOIN family f ON n.came_account_id = f.account_id AND n.came_number = f.number)"
)
_OF_FAMILY = f"{_FAMILY} SELECT {COLUMNS} FROM ledger_lot l JOIN family f ON f.id = l.id"
# With how many points of each expired there, and how many went on to other lots.
_PARTS = (
    f"{_FAMILY} SELECT {COLUMNS}, COALESCE((SELECT SUM(m.points) FROM ledger_movement m"
    " WHERE m.lot_id = l.id AND m.destination = 'expired'), 0) + COALESCE(("
    "SELECT SUM(n.original) FROM ledger_lot n WHERE n.came_account_id = l.account_id"
    " AND n.came_number = l.number), 0) FROM ledger_lot l JOIN family f ON f.id = l.id"
)
_CHARGED = (
    f"{_FAMILY} SELECT e.account_id, -SUM(e.points) FROM ledger_entry e"
    " WHERE e.account_id IN (SELECT account_id FROM family) AND e.kind = 'TRANSFER_IN'"
    " AND e.reason = %s AND e.reference = %s GROUP BY e.account_id"
)
_RECLAIMED = (
    f"{_FAMILY} SELECT (SELECT COALESCE(SUM(m.points), 0) FROM ledger_movement m"
    " JOIN family f ON f.id = m.lot_id WHERE m.destination = 'expired'),"
    " COALESCE(SUM(COALESCE(e.forgiven, 0) + COALESCE(e.waived, 0) - e.points), 0),"
    " COALESCE(SUM(e.forgiven), 0)"
    " FROM ledger_entry e WHERE e.parent_id = %s AND e.kind = 'CLAWBACK'"
)
# What is in an account of all that came from another since that was merged, by whatever way.
_GUESTS = (
    "WITH RECURSIVE guests(account_id, number) AS ("
    "SELECT n.account_id, n.number FROM ledger_entry o"
    " JOIN ledger_entry i ON i.transfer = o.transfer AND i.kind = 'TRANSFER_IN'"
    " JOIN ledger_movement m ON m.entry_id = i.id JOIN ledger_lot n ON n.id = m.lot_id"
    " WHERE o.account_id = %s AND o.kind = 'TRANSFER_OUT' AND o.number >= ("
    "SELECT MAX(f.number) FROM ledger_entry f WHERE f.account_id = %s"
    " AND f.kind = 'TRANSFER_OUT' AND f.key IS NOT NULL)"
    " UNION SELECT n.account_id, n.number FROM ledger_lot n"
    " JOIN guests g ON n.came_account_id = g.account_id AND n.came_number = g.number)"
    " SELECT number FROM guests WHERE account_id = %s"
)
# What is in an account of all that was earned there on behalf of somebody, by whatever way.
_EARNED_BY = (
    "WITH RECURSIVE own(account_id, number) AS ("
    "SELECT l.account_id, l.number FROM ledger_lot l JOIN ledger_entry e ON e.id = l.origin_id"
    " WHERE l.account_id = %s AND e.on_behalf_of = %s"
    " UNION SELECT n.account_id, n.number FROM ledger_lot n"
    " JOIN own o ON n.came_account_id = o.account_id AND n.came_number = o.number)"
    " SELECT number FROM own WHERE account_id = %s"
)


def read_earned(books: dict[int, Book], entry: Entry) -> Earned:
    """Return what has become of what an entry gave, and give the books its lots in them.

    Books are by account; `Earned.lots` are those in the account of the entry.
    """
    own = set()
    for account, lot in select(_OF_FAMILY, [entry.pk]):
        if account in books:
            books[account].lots.setdefault(lot.number, lot)
        if account == entry.account_id:
            own.add(lot.number)
    with connection.cursor() as cursor:
        cursor.execute(_RECLAIMED, [entry.pk, entry.pk])
        expired, taken_back, forgiven = cursor.fetchone()
    return Earned(
        number=entry.number,
        points=entry.points,
        lots=frozenset(own),
        expired=int(expired),
        taken_back=int(taken_back),
        forgiven=int(forgiven),
    )


def read_family(entry: Entry, *, account: int) -> frozenset[int]:
    """Return the numbers of an account's lots that hold what an entry gave."""
    return frozenset(
        lot.number for owner, lot in select(_OF_FAMILY, [entry.pk]) if owner == account
    )


def read_guests(*, of: int, at: int) -> frozenset[int]:
    """Return the numbers of the lots of account `at` that came from `of` since it was merged."""
    with connection.cursor() as cursor:
        cursor.execute(_GUESTS, [of, of, at])
        return frozenset(row[0] for row in cursor.fetchall())


def read_earned_by(*, whom: str, at: int) -> frozenset[int]:
    """Return the numbers of an account's lots that were earned on behalf of somebody."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNED_BY, [at, whom, at])
        return frozenset(row[0] for row in cursor.fetchall())


def read_parts(entry: Entry) -> list[Part]:
    """Return the lots that hold or held what an entry gave, with what each account answers for.

    That is what neither expired there nor went on from there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [entry.pk])
        lots = [(row[0], read_lot(row[:WIDTH]), int(row[WIDTH])) for row in cursor.fetchall()]
    return [
        Part(account=account, lot=lot, points=lot.original - gone) for account, lot, gone in lots
    ]


def read_charged(entry: Entry, *, reason: str) -> dict[int, int]:
    """Return by account how many points others have owed so far for what an entry gave."""
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [entry.pk, reason, entry.reference])
        return {account: int(points) for account, points in cursor.fetchall()}
