"""The books are checked from their movements: every figure, number and hash. Reading only.

All accounts are streamed in order, in one snapshot, so memory does not grow with the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from loyalty.core import engines
from loyalty.ledger.models import Entry, Movement
from loyalty.ledger.records import Fault
from loyalty.ledger.streaming import Stream, Streams, read, read_accounts


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
        streams = Streams()
        try:
            for account in read_accounts():
                accounts += 1
                audit = streams.open(account)
                for _entry in streams.enter(audit, account):
                    entries += 1
                audit.close()
            streams.must_be_at_their_end()
            _check_transfers()
        except Fault as fault:
            return Verification(accounts, entries, str(fault))
    return Verification(accounts, entries, None)


class _Half(NamedTuple):
    """One of the two entries of a transfer."""

    transfer: str
    id: int
    account: int
    kind: str
    points: int
    occurred_at: datetime


class _Parcel(NamedTuple):
    """What one of them moved, with the lot's dates and where that came from."""

    transfer: str
    entry: int
    points: int
    lot: int | None
    came_account: int | None
    came_number: int | None
    earned_at: datetime | None
    available_at: datetime | None
    expires_at: datetime | None
    rule_version: int | None
    waits_for: str | None
    cancels_at: datetime | None
    life: str | None


def _check_transfers() -> None:
    """Raise Fault unless both halves of every transfer say the same of the same lots."""
    halves = Stream(
        read(
            _Half,
            Entry.objects.exclude(transfer=None).order_by("transfer", "id"),
            _Half._fields,
        )
    )
    parcels = Stream(
        read(
            _Parcel,
            Movement.objects.exclude(entry__transfer=None).order_by("entry__transfer", "entry"),
            _PARCEL,
        )
    )
    while halves.next_row is not None:
        transfer = halves.next_row.transfer
        both = sorted(halves.take(transfer), key=lambda half: half.kind, reverse=True)
        _check_transfer(both, list(parcels.take(transfer)))


def _check_transfer(both: Sequence[_Half], parcels: Sequence[_Parcel]) -> None:
    last = both[-1]
    if [half.kind for half in both] != ["TRANSFER_OUT", "TRANSFER_IN"]:
        raise Fault(
            "ledger_entry", last.id, "a transfer has an entry that gives and one that gets"
        )
    left, arrived = both
    if left.account == arrived.account or left.occurred_at != arrived.occurred_at:
        raise Fault("ledger_entry", last.id, "a transfer is of two accounts at one moment")
    given = [(p.lot, left.account, p) for p in parcels if p.entry == left.id]
    got = [(p.came_number, p.came_account, p) for p in parcels if p.entry == arrived.id]
    owed = [sum(p.points for _n, _a, p in half if p.lot is None) for half in (given, got)]
    # One that waited may have been used since by whoever has the other half.
    waiting = {number for number, _account, p in got if p.waits_for is not None}
    if owed[0] != owed[1] or _terms(given, waiting) != _terms(got, waiting):
        raise Fault("ledger_entry", last.id, "it did not get the lots that were given")


def _terms(
    parcels: Sequence[tuple[int | None, int | None, _Parcel]], waiting: set[int | None]
) -> list[tuple[Any, ...]]:
    """Return what a transfer moved; of lots that waited for an event what they waited for."""
    rows = [
        (number, account, p.points, p.earned_at, p.rule_version, *_dates(p, number in waiting))
        for number, account, p in parcels
        if p.lot is not None
    ]
    return sorted(rows, key=lambda row: (row[0] or 0, row[2]))


def _dates(parcel: _Parcel, does_wait: bool) -> tuple[object, ...]:
    if does_wait:
        return (parcel.waits_for, parcel.cancels_at, parcel.life)
    return (parcel.available_at, parcel.expires_at)


_PARCEL = (
    "entry__transfer", "entry", "points", "lot__number", "lot__came_account",
    "lot__came_number", "lot__earned_at", "lot__available_at", "lot__expires_at",
    "lot__rule_version", "lot__waits_for", "lot__cancels_at", "lot__life",
)  # fmt: skip
