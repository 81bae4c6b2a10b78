"""Points change accounts: each lot goes on as it was, with its dates and its age."""

from collections.abc import Sequence
from typing import Any

from loyalty.ledger.planning.accounts import Lot, Move, given_back
from loyalty.ledger.planning.drafts import Draft, More, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.settling import draw, repay, settle

Parcel = tuple[Lot, int]


def transfer(
    source: Draft, target: Draft, *, points: int | None, name: str, note: Note
) -> tuple[PlannedEntry, PlannedEntry]:
    """Settle both, then move points that can be used; None: all that is available or pending.

    Earliest expiry first. Both drafts are at one clock. Raises NotEnough.
    """
    settle(source)
    settle(target)
    if points is None:
        return give(source, target, parcels=open_lots(source), debt=0, name=name, note=note)
    if points <= 0:
        raise ValueError("Points to transfer are one or more.")
    available = source.book.buckets["available"]
    if available < points:
        raise NotEnough(available=available, required=points)
    return give(source, target, parcels=draw(source, points), debt=0, name=name, note=note)


def merge(
    source: Draft, target: Draft, *, name: str, note: Note
) -> tuple[PlannedEntry, PlannedEntry]:
    """Settle both, then move all open lots and what is owed. What is held stays."""
    settle(source)
    settle(target)
    return give(
        source,
        target,
        parcels=open_lots(source),
        debt=source.book.buckets["debt"],
        name=name,
        note=note,
    )


def owe(
    source: Draft, target: Draft, *, debt: int, name: str, note: Note
) -> tuple[PlannedEntry, PlannedEntry]:
    """Let another account owe what this one does. Both are settled."""
    return give(source, target, parcels=(), debt=debt, name=name, note=note)


def bring_back(
    source: Draft,
    target: Draft,
    *,
    lots: Sequence[Lot],
    points: int | None,
    name: str,
    note: Note,
    repays: bool = True,
) -> tuple[PlannedEntry, PlannedEntry]:
    """Settle both, then move what is left of these lots, or so many points, what waits first."""
    settle(source)
    settle(target)
    parcels, left = [], points
    for lot in sorted(lots, key=given_back):
        part = lot.remaining if left is None else min(lot.remaining, left)
        if part:
            parcels.append((lot, part))
            left = None if left is None else left - part
    return give(source, target, parcels=parcels, debt=0, name=name, note=note, repays=repays)


def open_lots(draft: Draft) -> list[Parcel]:
    """Return all that is left in lots, in order of their numbers. The book must hold them all."""
    lots = (lot for _number, lot in sorted(draft.book.lots.items()))
    return [(lot, lot.remaining) for lot in lots if lot.remaining]


def give(
    source: Draft,
    target: Draft,
    *,
    parcels: Sequence[Parcel],
    debt: int,
    name: str,
    note: Note,
    repays: bool = True,
) -> tuple[PlannedEntry, PlannedEntry]:
    """Move parts of lots, and what is owed, from one settled account to another.

    One new lot for each that gives. What the target owes afterwards is repaid from it, unless
    the caller takes it away at once. With points it sleeps no earlier than who gave them.
    """
    if source.now != target.now:
        raise ValueError("Both accounts of a transfer are at one clock.")
    opened = [_continue(lot, points, source=source, target=target) for lot, points in parcels]
    moves, arrivals = _movements(parcels, opened, debt)
    points = sum(points for _lot, points in parcels) - debt
    told: Any = {"occurred_at": source.now, "note": note, "more": More(transfer=name)}
    left = source.enter(kind="TRANSFER_OUT", points=-points, moves=moves, **told)
    arrived = target.enter(
        kind="TRANSFER_IN", points=points, moves=arrivals, opened=opened, **told
    )
    if repays:
        repay(target, at=target.now)
    if parcels:
        _sleep_alike(source, target)
    source.close(has_acted=True)
    target.close(has_acted=True)
    return left, arrived


def _sleep_alike(source: Draft, target: Draft) -> None:
    book, moment = target.book, source.book.inactive_at
    if moment is not None and (book.inactive_at is None or book.inactive_at < moment):
        book.sleep_from(moment)


def _movements(
    parcels: Sequence[Parcel], opened: Sequence[Lot], debt: int
) -> tuple[list[Move], list[Move]]:
    moves = [Move(lot.number, _bucket(lot), "removed", points) for lot, points in parcels]
    arrivals = [Move(copy.number, "issued", _bucket(copy), copy.original) for copy in opened]
    if debt:
        moves.append(Move(None, "issued", "debt", debt))
        arrivals.append(Move(None, "debt", "removed", debt))
    return moves, arrivals


def _bucket(lot: Lot) -> str:
    return "pending" if lot.is_pending else "available"


def _continue(lot: Lot, points: int, *, source: Draft, target: Draft) -> Lot:
    copy = Lot(
        number=target.next_lot_number(),
        earned_at=lot.earned_at,
        original=points,
        remaining=0,
        is_pending=lot.is_pending,
        available_at=lot.available_at,
        expires_at=lot.expires_at,
        rule_version=lot.rule_version,
        came_from=(source.book.account, lot.number),
        wait=lot.wait if lot.is_pending else None,
    )
    target.open_lot(copy)
    return copy
