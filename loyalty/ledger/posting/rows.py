"""What a plan writes, as rows: the same for both pens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft, Lot, PlannedEntry
from loyalty.ledger.planning.accounts import BUCKETS
from loyalty.ledger.planning.drafts import NOTHING_MORE

Row = tuple[Any, ...]

BOOK = {**dict.fromkeys(BUCKETS, "bigint"), "entry_seq": "bigint", "lot_seq": "bigint"} | {
    "next_event_at": "timestamptz",
    "inactive_at": "timestamptz",
    "last_at": "timestamptz",
    "last_hash": "text",
}
ACCOUNT = {"id": "bigint", "seq_before": "bigint", "hash_before": "text", **BOOK}
ENTRY = {
    "account_id": "bigint",
    "number": "bigint",
    "kind": "text",
    "points": "bigint",
    "parent_id": "bigint",
    "reference": "text",
    "key": "text",
    "request_hash": "text",
    "actor": "text",
    "on_behalf_of": "text",
    "reason": "text",
    "occurred_at": "timestamptz",
    "recorded_at": "timestamptz",
    "pending_after": "bigint",
    "available_after": "bigint",
    "held_after": "bigint",
    "debt_after": "bigint",
    "previous_hash": "text",
    "hash": "text",
}
LOT = {
    "account_id": "bigint",
    "number": "bigint",
    "origin": "bigint",
    "rule_version": "bigint",
    "earned_at": "timestamptz",
    "original": "bigint",
    "remaining": "bigint",
    "state": "text",
    "available_at": "timestamptz",
    "expires_at": "timestamptz",
}
# What few entries and lots say besides: these columns are written only where some row has them.
MORE = {"transfer": "text", "forgiven": "bigint", "waived": "bigint"}
ORIGIN = {"came_account_id": "bigint", "came_number": "bigint"}
WAIT = {"waits_for": "text", "cancels_at": "timestamptz", "life": "text"}
CHANGE = {"id": "bigint", "remaining": "bigint", "state": "text"}
DATES = {"available_at": "timestamptz", "expires_at": "timestamptz"}
MOVEMENT = {
    "account_id": "bigint",
    "entry": "bigint",
    "lot_id": "bigint",
    "lot": "bigint",
    "source": "text",
    "destination": "text",
    "points": "bigint",
}
HOLD = {
    "account_id": "bigint",
    "opening": "bigint",
    "public_id": "text",
    "points": "bigint",
    "captured": "bigint",
    "state": "text",
    "expires_at": "timestamptz",
}
CLOSING = {
    "account_id": "bigint",
    "closing": "bigint",
    "id": "bigint",
    "state": "text",
    "captured": "bigint",
}


@dataclass(slots=True)
class Rows:
    """What to write. Entries and new lots are known by account and number until they have ids."""

    entry_columns: dict[str, str] = field(default_factory=lambda: ENTRY)
    lot_columns: dict[str, str] = field(default_factory=lambda: LOT)
    change_columns: dict[str, str] = field(default_factory=lambda: CHANGE)
    accounts: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    lots: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    closings: list[Row] = field(default_factory=list)
    # What is told of it: events, and days to count again, in the columns of their own tables.
    events: Sequence[Row] = ()
    days: Sequence[Row] = ()

    @classmethod
    def of(cls, plans: Sequence[tuple[Account, Draft]], *, parent: Entry | None) -> Self:
        rows = cls()
        written = [entry for _account, draft in plans for entry in draft.entries]
        if any(entry.more is not NOTHING_MORE for entry in written):
            rows.entry_columns = ENTRY | MORE
        opened = [lot for entry in written for lot in entry.opened]
        if any(lot.came_from or lot.wait for lot in opened):
            rows.lot_columns = LOT | ORIGIN | WAIT
        if any(entry.more.wakes for entry in written):
            rows.change_columns = CHANGE | DATES
        for account, draft in plans:
            rows.accounts.append(_account(account, draft))
            for entry in draft.entries:
                rows._add(account, draft, entry, parent)
            touched = (lot for lot in draft.touched.values() if lot.row is not None)
            rows.changes += [rows._change(lot) for lot in touched]
        return rows

    def _change(self, lot: Lot) -> Row:
        row = (lot.row, lot.remaining, _state(lot))
        return row if self.change_columns is CHANGE else (*row, lot.available_at, lot.expires_at)

    def _add(
        self, account: Account, draft: Draft, entry: PlannedEntry, parent: Entry | None
    ) -> None:
        more = entry.more
        row = _entry(account, entry, parent)
        if self.entry_columns is not ENTRY:
            row = (*row, more.transfer, more.forgiven, more.waived)
        self.entries.append(row)
        for lot in entry.opened:
            more_of_it = _origin_and_wait(lot) if self.lot_columns is not LOT else ()
            self.lots.append((*_lot(account, entry, lot), *more_of_it))
        self.movements += _movements(account, draft, entry)
        if hold := more.opens:
            self.holds.append(
                (account.pk, entry.number, hold.public_id, hold.points, 0, "OPEN", hold.expires_at)
            )
        if end := more.closes:
            self.closings.append((account.pk, entry.number, end.hold.row, end.state, end.captured))


def _account(account: Account, draft: Draft) -> Row:
    book = draft.book
    return (
        account.pk,
        account.entry_seq,
        account.last_hash,
        *(book.buckets[bucket] for bucket in BUCKETS),
        book.entry_seq,
        book.lot_seq,
        book.next_event_at,
        book.inactive_at,
        book.last_at,
        book.last_hash,
    )


def _entry(account: Account, entry: PlannedEntry, parent: Entry | None) -> Row:
    note = entry.note
    return (
        account.pk,
        entry.number,
        entry.kind,
        entry.points,
        parent.pk if parent is not None and entry.parent is not None else None,
        note.reference,
        note.key,
        note.request_hash,
        note.actor,
        note.on_behalf_of,
        note.reason,
        entry.occurred_at,
        entry.recorded_at,
        *entry.after,
        entry.previous_hash,
        entry.hash,
    )


def _lot(account: Account, entry: PlannedEntry, lot: Lot) -> Row:
    return (
        account.pk,
        lot.number,
        entry.number,
        lot.rule_version,
        lot.earned_at,
        lot.original,
        lot.remaining,
        _state(lot),
        lot.available_at,
        lot.expires_at,
    )


def _origin_and_wait(lot: Lot) -> Row:
    wait = lot.wait
    waiting = (wait.event, wait.cancels_at, wait.life) if wait else (None, None, None)
    return (*(lot.came_from or (None, None)), *waiting)


def _movements(account: Account, draft: Draft, entry: PlannedEntry) -> list[Row]:
    lots = draft.book.lots
    return [
        (
            account.pk,
            entry.number,
            lots[move.lot].row if move.lot is not None else None,
            move.lot,
            move.source,
            move.destination,
            move.points,
        )
        for move in entry.moves
    ]


def _state(lot: Lot) -> str:
    return "PENDING" if lot.is_pending else "ACTIVE"
