"""What a plan writes, as rows: the same for both pens."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft, Lot, PlannedEntry
from loyalty.ledger.planning.accounts import BUCKETS

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
CHANGE = {"id": "bigint", "remaining": "bigint", "state": "text"}
MOVEMENT = {
    "account_id": "bigint",
    "entry": "bigint",
    "lot_id": "bigint",
    "lot": "bigint",
    "source": "text",
    "destination": "text",
    "points": "bigint",
}


@dataclass(slots=True)
class Rows:
    """What to write. Entries and new lots are known by account and number until they have ids."""

    accounts: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    lots: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, plans: Iterable[tuple[Account, Draft]], *, parent: Entry | None) -> Self:
        rows = cls()
        for account, draft in plans:
            rows.accounts.append(_account(account, draft))
            for entry in draft.entries:
                rows.entries.append(_entry(account, entry, parent))
                rows.lots += [_lot(account, entry, lot) for lot in entry.opened]
                rows.movements += _movements(account, draft, entry)
            rows.changes += [
                (lot.row, lot.remaining, _state(lot))
                for lot in draft.touched.values()
                if lot.row is not None
            ]
        return rows


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
