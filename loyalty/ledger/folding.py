"""The one fold: what the movements with an effect until some moment come to.

At the close of a day what falls due at its last instant has fallen due; what people do at it
belongs to the next day. Settled or not makes no difference, nor does when it was booked.
"""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from loyalty.core import engines
from loyalty.ledger import loading
from loyalty.ledger.models import Account
from loyalty.ledger.planning import Draft, Move, PlannedEntry, settle
from loyalty.ledger.planning.accounts import in_utc

_CHUNK = 1_000
_FALLING_DUE = ("LAPSE", "ACTIVATE", "CANCEL", "EXPIRE")


@dataclass(slots=True)
class Sums:
    """What movements come to. The balance is what is outstanding and neither waits nor is held."""

    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    removed: int = 0
    pending: int = 0
    held: int = 0

    @property
    def balance(self) -> int:
        gone = self.redeemed + self.expired + self.removed
        return self.issued - gone - self.pending - self.held

    def add(self, source: str, destination: str, points: int) -> None:
        """Count one movement, or several alike."""
        for bucket, change in ((source, -points), (destination, points)):
            if bucket == "issued":
                self.issued -= change
            elif bucket in self.__slots__:
                setattr(self, bucket, getattr(self, bucket) + change)


def is_settled(kind: str, key: str | None) -> bool:
    """Say whether an entry happened by itself, and ends a day rather than begins one.

    An event that lets points be used, or a person who cancels them, has a key.
    """
    return kind in _FALLING_DUE and key is None


def until(moment: datetime) -> tuple[str, list[Any]]:
    """Return a condition and its parameters: effect until the close of a day.

    It is one on entries `e` and their movements `m`. Of a lot with which somebody did something
    at that very instant, what fell due of it then belongs to the next day as well.
    """
    close = engines.to_column(in_utc(moment))
    kinds = ", ".join(f"'{kind}'" for kind in _FALLING_DUE)
    settled = f"e.kind IN ({kinds}) AND e.key IS NULL"
    acted = (
        "SELECT 1 FROM ledger_movement pm JOIN ledger_entry p ON p.id = pm.entry_id"
        " WHERE pm.lot_id = m.lot_id AND p.number < e.number AND p.occurred_at = e.occurred_at"
        f" AND NOT (p.kind IN ({kinds}) AND p.key IS NULL)"
    )
    at_close = f"e.occurred_at = %s AND {settled} AND NOT EXISTS ({acted})"
    return f"(e.occurred_at < %s OR ({at_close}))", [close, close]


def fold(*, at: datetime, by: str, condition: str, parameters: list[Any]) -> dict[int, Sums]:
    """Sum movements with an effect until `at`, and what is due by then and not booked yet.

    `by` is a column, `condition` SQL, of the account `a` or its wallet `w`.
    """
    effect, moments = until(at)
    sums: dict[int, Sums] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _BOOKED.format(by=by, condition=condition, effect=effect), [*parameters, *moments]
        )
        for subject, source, destination, points in cursor.fetchall():
            sums.setdefault(subject, Sums()).add(source, destination, int(points))
        close = moments[0]
        cursor.execute(
            _DUE.format(by=by, condition=condition), [close, close, close, close, *parameters]
        )
        for subject, expired, woken in cursor.fetchall():
            sums[subject].expired += int(expired)
            sums[subject].pending -= int(woken)
    return sums


def is_planned(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Narrow to accounts for which the planner says what is due: those that owe or hold.

    What is owed is repaid from a lot before it dies; what is held may go back to its lot.
    """
    return accounts.filter(Q(debt__gt=0) | Q(held__gt=0))


def due(
    accounts: QuerySet[Account], *, at: datetime
) -> Iterator[tuple[Account, PlannedEntry, Move]]:
    """Yield each movement that settling these accounts at `at` would write, a chunk at a time."""
    rows = accounts.filter(next_event_at__lte=at).order_by("pk").iterator(_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        books = [loading.as_book(account) for account in chunk]
        loading.read_open_lots(books)
        for account, book in zip(chunk, books, strict=True):
            # Not at its last booking, if that is later: by `at` no more than this had fallen due.
            book.last_at = None
            draft = Draft(book, at=at, recorded_at=at)
            settle(draft)
            for entry in draft.entries:
                for move in entry.moves:
                    yield account, entry, move


_BOOKED = """
    SELECT {by}, m.source, m.destination, SUM(m.points)
    FROM ledger_movement m
    JOIN ledger_entry e ON e.id = m.entry_id
    JOIN ledger_account a ON a.id = m.account_id
    JOIN ledger_wallet w ON w.id = a.wallet_id
    WHERE {condition} AND {effect}
    GROUP BY 1, 2, 3
"""
_DUE = """
    SELECT d.subject, SUM(CASE WHEN d.dies THEN d.remaining ELSE 0 END),
        SUM(CASE WHEN d.state = 'PENDING' THEN d.remaining ELSE 0 END)
    FROM (
        SELECT {by} AS subject, l.remaining, l.state, l.available_at <= %s AS wakes,
            (l.state = 'PENDING' AND l.cancels_at IS NOT NULL AND l.cancels_at <= %s) OR
            CASE WHEN a.inactive_at < l.expires_at THEN a.inactive_at ELSE l.expires_at END <= %s
                AS dies
        FROM ledger_lot l
        JOIN ledger_account a ON a.id = l.account_id
        JOIN ledger_wallet w ON w.id = a.wallet_id
        WHERE l.remaining > 0 AND a.debt = 0 AND a.held = 0 AND a.next_event_at <= %s
            AND {condition}
    ) d
    WHERE d.dies OR (d.state = 'PENDING' AND d.wakes)
    GROUP BY 1
"""
