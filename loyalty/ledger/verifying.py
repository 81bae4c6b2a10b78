"""The books are checked from their movements: every figure, number and hash. Reading only.

All accounts are streamed in order, in one snapshot, so memory does not grow with the ledger.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import QuerySet

from loyalty.core import engines
from loyalty.ledger.auditing import AccountRow, Audit, EntryRow, Fault, LotRow, MovementRow
from loyalty.ledger.models import Account, Entry, Lot, Movement

_BATCH = 2_000
_Row = TypeVar("_Row", bound=NamedTuple)


@dataclass(frozen=True)
class Verification:
    """How much was read, and the first row that is wrong, if there is one."""

    accounts: int
    entries: int
    first_fault: str | None


def verify() -> Verification:
    """Recompute the ledger and say which row, if any, first disagrees. Writes nothing."""
    accounts = entries = 0
    with engines.snapshot():
        streams = _Streams()
        try:
            for account in _rows(AccountRow, Account.objects.order_by("id"), AccountRow._fields):
                accounts += 1
                for _entry in streams.audit(account):
                    entries += 1
            streams.must_be_at_their_end()
        except Fault as fault:
            return Verification(accounts, entries, str(fault))
    return Verification(accounts, entries, None)


class _Streams:
    """Lots, entries and movements, each in order of account, read side by side."""

    def __init__(self) -> None:
        self._lots = _Stream(_rows(LotRow, Lot.objects.order_by("account", "number"), _LOT))
        self._entries = _Stream(
            _rows(EntryRow, Entry.objects.order_by("account", "number"), _ENTRY)
        )
        self._movements = _Stream(
            _rows(MovementRow, Movement.objects.order_by("account", "entry__number"), _MOVEMENT)
        )

    def audit(self, account: AccountRow) -> Iterator[EntryRow]:
        """Yield an account's entries, each after it was found right. Raises Fault."""
        audit = Audit(account, list(self._lots.take(account.id)))
        for entry in self._entries.take(account.id):
            audit.enter(entry, list(self._movements.take(account.id, entry.number)))
            yield entry
        audit.close()

    def must_be_at_their_end(self) -> None:
        """Raise Fault when a row was left over: it belongs to no entry of its account."""
        if self._movements.next_row is not None:
            raise Fault(
                "ledger_movement", self._movements.next_row.id, "it is not of its entry's account"
            )


class _Stream(Generic[_Row]):
    """Rows in order of their first columns, taken a group at a time."""

    def __init__(self, rows: Iterator[_Row]) -> None:
        self._rows = rows
        self.next_row = next(rows, None)

    def take(self, *key: int) -> Iterator[_Row]:
        """Yield the rows that come next and begin with this key."""
        while self.next_row is not None and self.next_row[: len(key)] == key:
            row = self.next_row
            self.next_row = next(self._rows, None)
            yield row


def _rows(kind: type[_Row], rows: "QuerySet[Any]", columns: Iterable[str]) -> Iterator[_Row]:
    found = rows.values_list(*columns).iterator(_BATCH)
    return (kind._make(row) for row in found)


_LOT = (
    "account", "id", "number", "origin__number", "rule_version", "earned_at", "original",
    "remaining", "state", "available_at", "expires_at",
)  # fmt: skip
_ENTRY = (
    "account", "number", "id", "kind", "points", "parent__number", "reference", "key",
    "request_hash", "actor", "on_behalf_of", "reason", "occurred_at", "recorded_at",
    "pending_after", "available_after", "held_after", "debt_after", "previous_hash", "hash",
)  # fmt: skip
_MOVEMENT = (
    "account", "entry__number", "id", "lot__number", "source", "destination", "points",
)  # fmt: skip
