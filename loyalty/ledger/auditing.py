"""One account's book is gone through from its first movement, and must come out as it stands.

Pure: rows in, a `Fault` that names the first wrong one out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty.ledger.planning import NEVER, Book, Lot, Move, Note
from loyalty.ledger.planning.drafts import describe_entry
from loyalty.ledger.planning.sealing import describe_lot, seal

_GAINS = frozenset({"EARN", "ACTIVATE", "REFUND"})
_LOSSES = frozenset({"REDEEM", "EXPIRE", "REPAY"})


class Fault(Exception):
    """A row is not what its account's movements make it. The text names it."""

    def __init__(self, table: str, key: int, what: str) -> None:
        super().__init__(f"{table} {key}: {what}")


class AccountRow(NamedTuple):
    id: int
    issued: int
    pending: int
    available: int
    held: int
    redeemed: int
    expired: int
    removed: int
    debt: int
    entry_seq: int
    lot_seq: int
    next_event_at: datetime | None
    inactive_at: datetime | None
    last_hash: str


class LotRow(NamedTuple):
    account: int
    id: int
    number: int
    origin: int
    rule_version: int | None
    earned_at: datetime
    original: int
    remaining: int
    state: str
    available_at: datetime
    expires_at: datetime


class EntryRow(NamedTuple):
    account: int
    number: int
    id: int
    kind: str
    points: int
    parent: int | None
    reference: str
    key: str | None
    request_hash: str
    actor: str
    on_behalf_of: str
    reason: str
    occurred_at: datetime
    recorded_at: datetime
    pending_after: int
    available_after: int
    held_after: int
    debt_after: int
    previous_hash: str
    hash: str


class MovementRow(NamedTuple):
    account: int
    entry: int
    id: int
    lot: int | None
    source: str
    destination: str
    points: int


class Audit:
    """Goes through one account, entry by entry, in order of their numbers."""

    def __init__(self, account: AccountRow, lots: Sequence[LotRow]) -> None:
        self._account = account
        self._rows = {lot.number: lot for lot in lots}
        self._opened: dict[int, list[LotRow]] = {}
        for lot in lots:
            self._opened.setdefault(lot.origin, []).append(lot)
        self._book = Book(account=account.id, inactive_at=account.inactive_at)
        self._spent: dict[int, int] = {}

    def enter(self, entry: EntryRow, movements: Sequence[MovementRow]) -> None:
        """Check the next entry with its movements, and book them. Raises Fault."""
        self._check_chain(entry)
        opened = self._opened.pop(entry.number, [])
        self._check_hash(entry, movements, opened)
        for row in opened:
            self._book.lots[row.number] = _empty(row)
            self._book.lot_seq += 1
        for movement in movements:
            self._move(entry, movement)
        self._check_points(entry, movements)
        self._check_refunds(entry)
        after = self._book.stock_and_debt()
        if after != _after(entry):
            raise _wrong(entry, f"balances after it must be {after}")

    def close(self) -> None:
        """Check that the account and its lots stand as the last entry left them. Raises Fault."""
        for row in self._rows.values():
            self._check_lot(row)
        account, book = self._account, self._book
        expected = {
            **book.buckets,
            "entry_seq": book.entry_seq,
            "lot_seq": book.lot_seq,
            "last_hash": book.last_hash,
        }
        for name, figure in expected.items():
            if getattr(account, name) != figure:
                found = getattr(account, name)
                raise Fault("ledger_account", account.id, f"{name} is {found}, not {figure}")
        true_next = book.find_next_event()
        if true_next is not None and (account.next_event_at or NEVER) > true_next:
            what = f"next_event_at is later than {true_next.isoformat()}"
            raise Fault("ledger_account", account.id, what)

    def _check_chain(self, entry: EntryRow) -> None:
        book = self._book
        if entry.number != book.entry_seq + 1:
            raise _wrong(entry, f"it follows number {book.entry_seq}; one is missing")
        if entry.previous_hash != book.last_hash:
            raise _wrong(entry, "it is not chained to the entry before it")
        book.entry_seq, book.last_hash = entry.number, entry.hash

    def _check_hash(
        self, entry: EntryRow, movements: Sequence[MovementRow], opened: Sequence[LotRow]
    ) -> None:
        sealed = seal(
            previous_hash=entry.previous_hash,
            content=_content(entry),
            moves=[row[3:] for row in movements],
            lots=[_describe(row) for row in opened],
        )
        if entry.hash != sealed:
            rows = ", ".join(str(row.id) for row in movements)
            lots = ", ".join(str(row.id) for row in opened)
            what = f"its hash is not that of its content, of movements ({rows}) and lots ({lots})"
            raise _wrong(entry, what)

    def _move(self, entry: EntryRow, movement: MovementRow) -> None:
        book, lot = self._book, None
        if movement.lot is not None:
            lot = book.lots.get(movement.lot)
            if lot is None:
                raise Fault("ledger_movement", movement.id, "its lot is not open yet")
            if movement.source == "available" and movement.destination == "redeemed":
                _check_usable(entry, movement, lot)
        book.apply(Move(*movement[3:]))
        if lot is not None:
            _follow(movement, lot)
        if min(book.buckets.values()) < 0:
            raise Fault("ledger_movement", movement.id, "it takes more than there was")

    def _check_points(self, entry: EntryRow, movements: Sequence[MovementRow]) -> None:
        moved = sum(movement.points for movement in movements)
        gained = movements and movements[0].source == "issued"
        if entry.kind in _LOSSES or (entry.kind not in _GAINS and not gained):
            moved = -moved
        if not moved or entry.points != moved:
            raise _wrong(entry, f"it says {entry.points} points and moved {moved}")

    def _check_refunds(self, entry: EntryRow) -> None:
        if entry.kind == "REDEEM":
            self._spent[entry.number] = -entry.points
        elif entry.kind == "REFUND":
            left = self._spent.get(entry.parent or 0, 0) - entry.points
            if left < 0:
                raise _wrong(entry, "it gives back more than was spent")
            self._spent[entry.parent or 0] = left

    def _check_lot(self, row: LotRow) -> None:
        lot = self._book.lots.get(row.number)
        if lot is None:
            raise Fault("ledger_lot", row.id, "no entry opened it")
        if row.remaining != lot.remaining:
            what = f"{row.remaining} points are left, not {lot.remaining}"
            raise Fault("ledger_lot", row.id, what)
        state = "PENDING" if lot.is_pending else "ACTIVE"
        if row.state != state:
            raise Fault("ledger_lot", row.id, f"it is {row.state}, not {state}")


def _wrong(entry: EntryRow, what: str) -> Fault:
    place = f"(account {entry.account}, number {entry.number}) {what}"
    return Fault("ledger_entry", entry.id, place)


def _check_usable(entry: EntryRow, movement: MovementRow, lot: Lot) -> None:
    if lot.is_pending or not lot.available_at <= entry.occurred_at < lot.expires_at:
        raise Fault("ledger_movement", movement.id, "its lot could not be used at that moment")


def _follow(movement: MovementRow, lot: Lot) -> None:
    if movement.source == "issued":
        lot.is_pending = movement.destination == "pending"
    elif movement.source == "pending" and movement.destination == "available":
        lot.is_pending = False
    if not 0 <= lot.remaining <= lot.original:
        raise Fault("ledger_movement", movement.id, "its lot cannot give or hold so much")


def _empty(row: LotRow) -> Lot:
    return Lot(
        number=row.number,
        earned_at=row.earned_at,
        original=row.original,
        remaining=0,
        is_pending=False,
        available_at=row.available_at,
        expires_at=row.expires_at,
    )


def _describe(row: LotRow) -> tuple[object, ...]:
    return describe_lot(
        number=row.number,
        rule_version=row.rule_version,
        earned_at=row.earned_at,
        original=row.original,
        available_at=row.available_at,
        expires_at=row.expires_at,
    )


def _content(entry: EntryRow) -> tuple[object, ...]:
    return describe_entry(
        account=entry.account,
        number=entry.number,
        kind=entry.kind,
        points=entry.points,
        parent=entry.parent,
        note=Note(
            reference=entry.reference,
            key=entry.key,
            request_hash=entry.request_hash,
            actor=entry.actor,
            on_behalf_of=entry.on_behalf_of,
            reason=entry.reason,
        ),
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        after=_after(entry),
    )


def _after(entry: EntryRow) -> tuple[int, int, int, int]:
    return (entry.pending_after, entry.available_after, entry.held_after, entry.debt_after)
