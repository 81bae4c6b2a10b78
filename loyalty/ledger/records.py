"""Rows of the book as the audit reads them, and what of them a hash covers. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty.ledger.planning import AWAY, NEVER, Lot, Note, Wait
from loyalty.ledger.planning.drafts import describe_entry, wait_of
from loyalty.ledger.planning.sealing import describe_lot, describe_more, seal


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
    merged_into: int | None


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
    came_account: int | None
    came_number: int | None
    waits_for: str | None
    cancels_at: datetime | None
    life: str | None

    @property
    def wait(self) -> Wait | None:
        if self.waits_for is None or self.cancels_at is None or self.life is None:
            return None
        return Wait(self.waits_for, self.cancels_at, self.life)


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
    transfer: str | None
    forgiven: int | None
    waived: int | None


class MovementRow(NamedTuple):
    account: int
    entry: int
    id: int
    lot: int | None
    source: str
    destination: str
    points: int


class HoldRow(NamedTuple):
    account: int
    id: int
    opening: int
    closing: int | None
    public_id: str
    points: int
    captured: int
    state: str
    expires_at: datetime


def hash_of(
    entry: EntryRow,
    movements: Sequence[MovementRow],
    lots: Sequence[LotRow],
    *,
    opens: HoldRow | None,
    closes: HoldRow | None,
    wakes: Sequence[LotRow] = (),
) -> str:
    """Return the hash that an entry must have with these movements, new lots and holds.

    `wakes` are lots that it let be used since the event came that they waited for.
    """
    return seal(
        previous_hash=entry.previous_hash,
        content=_content(entry),
        moves=[row[3:] for row in movements],
        lots=[_describe(row) for row in lots],
        more=_more(entry, lots, opens, closes, wakes),
    )


def _more(
    entry: EntryRow,
    lots: Sequence[LotRow],
    opens: HoldRow | None,
    closes: HoldRow | None,
    wakes: Sequence[LotRow],
) -> list[object]:
    origins = [
        (row.number, row.came_account, row.came_number)
        for row in lots
        if row.came_account is not None and row.came_number is not None
    ]
    waits = [wait_of(row.number, row.wait) for row in lots if row.wait]
    # Most entries say none of it, and a million of them are gone through.
    said = origins or waits or wakes or opens or closes
    if not said and entry[-3:] == (None, None, None):
        return []
    return describe_more(
        transfer=entry.transfer,
        forgiven=entry.forgiven,
        waived=entry.waived,
        opens=(opens.public_id, opens.points, opens.expires_at) if opens else None,
        closes=closes.opening if closes else None,
        origins=origins,
        waits=waits,
        wakes=[(row.number, row.available_at, row.expires_at) for row in wakes],
    )


def balances_after(entry: EntryRow) -> tuple[int, int, int, int]:
    return (entry.pending_after, entry.available_after, entry.held_after, entry.debt_after)


def empty(row: LotRow) -> Lot:
    return Lot(
        number=row.number,
        earned_at=row.earned_at,
        original=row.original,
        remaining=0,
        is_pending=False,
        available_at=row.available_at,
        expires_at=row.expires_at,
        wait=row.wait,
    )


def _describe(row: LotRow) -> tuple[object, ...]:
    return describe_lot(
        number=row.number,
        rule_version=row.rule_version,
        earned_at=row.earned_at,
        original=row.original,
        available_at=row.available_at if row.wait is None else AWAY,
        expires_at=row.expires_at if row.wait is None else NEVER,
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
        after=balances_after(entry),
    )
