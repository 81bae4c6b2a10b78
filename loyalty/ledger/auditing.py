"""One account's book is gone through from its first movement, and must come out as it stands.

Pure. Rows go in; a `Fault` that names the first wrong one comes out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalty.ledger.planning import AWAY, NEVER, Book, Hold, Lot, Move
from loyalty.ledger.records import (
    AccountRow,
    EntryRow,
    Fault,
    HoldRow,
    LotRow,
    MovementRow,
    balances_after,
    empty,
    hash_of,
)

_ENDS = {"CAPTURE": "CAPTURED", "VOID": "VOIDED", "LAPSE": "LAPSED"}
_GAINS = frozenset({"ACTIVATE", "REFUND", "VOID", "LAPSE"})
# Where what was asked for could be waived or was nothing, an entry says so and moves nothing.
_MAY_MOVE_NOTHING = frozenset({"CLAWBACK", "REFUND", "TRANSFER_OUT", "TRANSFER_IN"})


class Audit:
    """Goes through one account, entry by entry, in order of their numbers."""

    def __init__(
        self, account: AccountRow, lots: Sequence[LotRow], holds: Sequence[HoldRow]
    ) -> None:
        self._account = account
        self._rows = {lot.number: lot for lot in lots}
        self._opened: dict[int, list[LotRow]] = {}
        for lot in lots:
            self._opened.setdefault(lot.origin, []).append(lot)
        self._opening = {hold.opening: hold for hold in holds}
        self._closing = {hold.closing: hold for hold in holds if hold.closing is not None}
        self._book = Book(account=account.id, inactive_at=account.inactive_at)
        # Of entries that gave or spent points: how many can still be taken or given back.
        self._left: dict[int, int] = {}

    def enter(self, entry: EntryRow, movements: Sequence[MovementRow]) -> None:
        """Check the next entry with its movements, and book them. Raises Fault."""
        self._check_chain(entry)
        opened = self._opened.pop(entry.number, [])
        opens = self._opening.pop(entry.number, None)
        closes = self._closing.pop(entry.number, None)
        wakes = self._woken(entry, movements)
        if entry.hash != hash_of(
            entry, movements, opened, opens=opens, closes=closes, wakes=wakes
        ):
            raise _wrong(entry, _not_sealed(movements, opened))
        for row in opened:
            self._open(row)
        for movement in movements:
            self._move(entry, movement)
        _check_points(entry, movements)
        self._check_hold(entry, movements, opens, closes)
        self._check_caps(entry)
        after = self._book.stock_and_debt()
        if after != balances_after(entry):
            raise _wrong(entry, f"balances after it must be {after}")

    def close(self) -> None:
        """Check that the account and its lots stand as the last entry left them. Raises Fault."""
        self.must_be_complete()
        for row in self._rows.values():
            remaining, state = self.lots()[row.number]
            if row.remaining != remaining:
                what = f"{row.remaining} points are left, not {remaining}"
                raise Fault("ledger_lot", row.id, what)
            if row.state != state:
                raise Fault("ledger_lot", row.id, f"it is {row.state}, not {state}")
            dates = (row.available_at, row.expires_at)
            if row.wait and state == "PENDING" and dates != (AWAY, NEVER):
                raise Fault("ledger_lot", row.id, "its event has not come, and it has dates")
        account, figures = self._account, self.figures()
        true_next = figures.pop("next_event_at")
        for name, figure in figures.items():
            if getattr(account, name) != figure:
                found = getattr(account, name)
                raise Fault("ledger_account", account.id, f"{name} is {found}, not {figure}")
        if isinstance(true_next, datetime) and (account.next_event_at or NEVER) > true_next:
            what = f"next_event_at is later than {true_next.isoformat()}"
            raise Fault("ledger_account", account.id, what)
        if account.merged_into and (account.pending or account.available or account.debt):
            raise Fault("ledger_account", account.id, "it was merged, and something is left in it")

    def must_be_complete(self) -> None:
        """Raise Fault for a lot or a hold that no entry opened, or no entry ended."""
        for row in self._rows.values():
            if row.number not in self._book.lots:
                raise Fault("ledger_lot", row.id, "no entry opened it")
        for hold in self._opening.values():
            raise Fault("ledger_hold", hold.id, "no entry opened it")
        for hold in self._closing.values():
            raise Fault("ledger_hold", hold.id, "no entry ended it")

    def figures(self) -> dict[str, object]:
        """Return what the account's row must say, next event included, by name."""
        book = self._book
        return {
            **book.buckets,
            "entry_seq": book.entry_seq,
            "lot_seq": book.lot_seq,
            "last_hash": book.last_hash,
            "next_event_at": book.find_next_event(),
        }

    def lots(self) -> Mapping[int, tuple[int, str]]:
        """Return what must be left in each lot, and its state, by number."""
        return {
            lot.number: (lot.remaining, "PENDING" if lot.is_pending else "ACTIVE")
            for lot in self._book.lots.values()
        }

    def _woken(self, entry: EntryRow, movements: Sequence[MovementRow]) -> list[LotRow]:
        """Return the lots whose event has come with an entry, as they stand."""
        if entry.kind != "ACTIVATE":
            return []
        rows = (self._rows.get(movement.lot or 0) for movement in movements)
        return [row for row in rows if row is not None and row.waits_for is not None]

    def _check_chain(self, entry: EntryRow) -> None:
        book = self._book
        if entry.number != book.entry_seq + 1:
            raise _wrong(entry, f"it follows number {book.entry_seq}; one is missing")
        if entry.previous_hash != book.last_hash:
            raise _wrong(entry, "it is not chained to the entry before it")
        book.entry_seq, book.last_hash = entry.number, entry.hash

    def _open(self, row: LotRow) -> None:
        book = self._book
        if row.came_account == row.account:
            dead = book.lots.get(row.came_number or 0)
            if dead is None or dead.earned_at != row.earned_at:
                raise Fault("ledger_lot", row.id, "it is not as old as the lot that it follows")
        book.lots[row.number] = empty(row)
        book.lot_seq += 1

    def _move(self, entry: EntryRow, movement: MovementRow) -> None:
        book, lot = self._book, None
        if movement.lot is not None:
            lot = book.lots.get(movement.lot)
            if lot is None:
                raise Fault("ledger_movement", movement.id, "its lot is not open yet")
            if movement.source == "available" and movement.destination in {"redeemed", "held"}:
                _check_usable(entry, movement, lot)
        book.apply(Move(*movement[3:]))
        if lot is not None:
            _follow(movement, lot)
        if min(book.buckets.values()) < 0:
            raise Fault("ledger_movement", movement.id, "it takes more than there was")

    def _check_hold(
        self,
        entry: EntryRow,
        movements: Sequence[MovementRow],
        opens: HoldRow | None,
        closes: HoldRow | None,
    ) -> None:
        if (entry.kind == "HOLD") != (opens is not None) or (entry.kind in _ENDS) != (
            closes is not None
        ):
            raise _wrong(entry, "it opens or ends a hold that is not there")
        if opens is not None:
            parts = _by_lot(movements, destination="held")
            if opens.points != sum(parts.values()):
                raise Fault("ledger_hold", opens.id, "it is not of as many points as were held")
            self._book.holds[entry.number] = Hold(
                entry.number, opens.public_id, opens.expires_at, sorted(parts.items()), opens.id
            )
        elif closes is not None:
            self._check_end(entry, movements, closes)
        elif any("held" in (move.source, move.destination) for move in movements):
            raise _wrong(entry, "it moves points that are held")

    def _check_end(self, entry: EntryRow, movements: Sequence[MovementRow], row: HoldRow) -> None:
        held = self._book.holds.pop(row.opening, None)
        captured = sum(move.points for move in movements if move.destination == "redeemed")
        if held is None or dict(held.parts) != _by_lot(movements, source="held"):
            raise _wrong(entry, f"it does not end ledger_hold {row.id} as it was opened")
        if (row.state, row.captured) != (_ENDS[entry.kind], captured):
            raise Fault("ledger_hold", row.id, f"it was {_ENDS[entry.kind]}, with {captured}")
        is_in_time = entry.occurred_at < row.expires_at
        if is_in_time == (entry.kind == "LAPSE") or (
            entry.kind == "LAPSE" and entry.occurred_at != row.expires_at
        ):
            raise _wrong(entry, "it does not end its hold at a moment when it could")

    def _check_caps(self, entry: EntryRow) -> None:
        """What is taken or given back of one entry is no more than it gave or spent."""
        spared = (entry.forgiven or 0) + (entry.waived or 0)
        if spared < 0 or (entry.forgiven or 0) < 0:
            raise _wrong(entry, "it spares less than nothing")
        if entry.kind in {"REDEEM", "CAPTURE", "EARN", "ADJUST"}:
            self._left[entry.number] = abs(entry.points)
        elif entry.kind in {"REFUND", "CLAWBACK"}:
            parent = entry.parent or 0
            self._left[parent] = self._left.get(parent, 0) - abs(entry.points) - spared
            if self._left[parent] < 0:
                verb = "gives" if entry.kind == "REFUND" else "takes"
                was = "spent" if entry.kind == "REFUND" else "earned"
                raise _wrong(entry, f"it {verb} back more than was {was}")


def _wrong(entry: EntryRow, what: str) -> Fault:
    place = f"(account {entry.account}, number {entry.number}) {what}"
    return Fault("ledger_entry", entry.id, place)


def _not_sealed(movements: Sequence[MovementRow], opened: Sequence[LotRow]) -> str:
    rows = ", ".join(str(row.id) for row in movements)
    lots = ", ".join(str(row.id) for row in opened)
    return f"its hash is not that of its content, of movements ({rows}) and lots ({lots})"


def _check_points(entry: EntryRow, movements: Sequence[MovementRow]) -> None:
    moved = _points(entry.kind, movements)
    may_be_nothing = entry.kind in _MAY_MOVE_NOTHING
    if entry.points != moved or not (moved or may_be_nothing):
        raise _wrong(entry, f"it says {entry.points} points and moved {moved}")


def _points(kind: str, movements: Sequence[MovementRow]) -> int:
    """Return what an entry's movements come to, signed as it is shown."""
    issued = sum(move.points for move in movements if move.source == "issued")
    removed = sum(move.points for move in movements if move.destination == "removed")
    if kind in {"TRANSFER_OUT", "TRANSFER_IN"}:
        return issued - removed
    if kind == "CAPTURE":
        return -sum(move.points for move in movements if move.destination == "redeemed")
    moved = sum(move.points for move in movements)
    return moved if kind in _GAINS or issued else -moved


def _by_lot(
    movements: Sequence[MovementRow], *, source: str = "", destination: str = ""
) -> dict[int, int]:
    found: dict[int, int] = {}
    for move in movements:
        if source == move.source or destination == move.destination:
            found[move.lot or 0] = found.get(move.lot or 0, 0) + move.points
    return found


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
