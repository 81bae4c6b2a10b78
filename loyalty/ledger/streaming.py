"""The tables of the book side by side, in order of account, so that memory does not grow."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, QuerySet

from loyalty.ledger.auditing import Audit
from loyalty.ledger.models import Account, Entry, Hold, Lot, Movement
from loyalty.ledger.records import AccountRow, EntryRow, Fault, HoldRow, LotRow, MovementRow

_BATCH = 2_000
_Row = TypeVar("_Row", bound=NamedTuple)


class Streams:
    """Lots, holds, entries and movements of all accounts, or of some."""

    def __init__(self, accounts: Sequence[int] | None = None) -> None:
        def of(model: type[Model]) -> "QuerySet[Any]":
            rows = model._default_manager.all()
            return rows if accounts is None else rows.filter(account__in=accounts)

        self._lots = Stream(read(LotRow, of(Lot).order_by("account", "number"), _LOT))
        self._holds = Stream(read(HoldRow, of(Hold).order_by("account", "opening__number"), _HOLD))
        self._entries = Stream(read(EntryRow, of(Entry).order_by("account", "number"), _ENTRY))
        self._movements = Stream(
            read(MovementRow, of(Movement).order_by("account", "entry__number"), _MOVEMENT)
        )

    def open(self, account: AccountRow) -> Audit:
        """Return the audit of the next account, before its first entry."""
        lots, holds = list(self._lots.take(account.id)), list(self._holds.take(account.id))
        return Audit(account, lots, holds)

    def enter(self, audit: Audit, account: AccountRow) -> Iterator[EntryRow]:
        """Yield an account's entries, each after it was found right. Raises Fault."""
        for entry in self._entries.take(account.id):
            audit.enter(entry, list(self._movements.take(account.id, entry.number)))
            yield entry

    def must_be_at_their_end(self) -> None:
        """Raise Fault when a row was left over: it belongs to no entry of its account."""
        if self._movements.next_row is not None:
            raise Fault(
                "ledger_movement", self._movements.next_row.id, "it is not of its entry's account"
            )
        if self._holds.next_row is not None:
            raise Fault("ledger_hold", self._holds.next_row.id, "it is not of its entry's account")


class Stream(Generic[_Row]):
    """Rows in order of their first columns, taken a group at a time."""

    def __init__(self, rows: Iterator[_Row]) -> None:
        self._rows = rows
        self.next_row = next(rows, None)

    def take(self, *key: object) -> Iterator[_Row]:
        """Yield the rows that come next and begin with this key."""
        while self.next_row is not None and self.next_row[: len(key)] == key:
            row = self.next_row
            self.next_row = next(self._rows, None)
            yield row


def read(kind: type[_Row], rows: "QuerySet[Any]", columns: Iterable[str]) -> Iterator[_Row]:
    """Yield the rows of a queryset as tuples of a kind, a batch at a time."""
    found = rows.values_list(*columns).iterator(_BATCH)
    return (kind._make(row) for row in found)


def read_accounts(accounts: Sequence[int] | None = None) -> Iterator[AccountRow]:
    """Yield accounts in order of id."""
    rows = Account.objects.order_by("id")
    if accounts is not None:
        rows = rows.filter(pk__in=accounts)
    return read(AccountRow, rows, AccountRow._fields)


_LOT = (
    "account", "id", "number", "origin__number", "rule_version", "earned_at", "original",
    "remaining", "state", "available_at", "expires_at", "came_account", "came_number",
    "waits_for", "cancels_at", "life",
)  # fmt: skip
_HOLD = (
    "account", "id", "opening__number", "closing__number", "public_id", "points", "captured",
    "state", "expires_at",
)  # fmt: skip
_ENTRY = (
    "account", "number", "id", "kind", "points", "parent__number", "reference", "key",
    "request_hash", "actor", "on_behalf_of", "reason", "occurred_at", "recorded_at",
    "pending_after", "available_after", "held_after", "debt_after", "previous_hash", "hash",
    "transfer", "forgiven", "waived",
)  # fmt: skip
_MOVEMENT = (
    "account", "entry__number", "id", "lot__number", "source", "destination", "points",
)  # fmt: skip
