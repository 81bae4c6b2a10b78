"""Points go out: earliest expiry first, never from a lot that waits or is dead."""

from dataclasses import replace

from loyalty.ledger.planning.accounts import Move
from loyalty.ledger.planning.drafts import Draft, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.settling import draw, release, repay, settle


def redeem(draft: Draft, *, points: int, note: Note) -> PlannedEntry:
    """Settle, then spend points now. Raises NotEnough."""
    return _take(draft, points, "REDEEM", "redeemed", note)


def remove(draft: Draft, *, points: int, note: Note) -> PlannedEntry:
    """Settle, then take points away now by an adjustment. Raises NotEnough."""
    return _take(draft, points, "ADJUST", "removed", note)


def close(draft: Draft, *, note: Note) -> PlannedEntry | None:
    """Settle, void what is held, then take away all that is pending and available.

    One entry for each hold, and one for the stock if there is any, which is returned. The
    book must hold all its open lots and holds.
    """
    settle(draft)
    holds = [hold for _number, hold in sorted(draft.book.holds.items())]
    for hold in holds:
        release(draft, hold, kind="VOID", state="VOIDED", at=draft.now, note=_keyless(note))
    repay(draft, at=draft.now)
    lots = [lot for _number, lot in sorted(draft.book.lots.items()) if lot.remaining]
    moves = [
        Move(lot.number, "pending" if lot.is_pending else "available", "removed", lot.remaining)
        for lot in lots
    ]
    points = -sum(move.points for move in moves)
    entry = None
    if moves:
        entry = draft.enter(
            kind="CLOSE", points=points, moves=moves, occurred_at=draft.now, note=note
        )
    draft.close(has_acted=bool(moves or holds))
    return entry


def _keyless(note: Note) -> Note:
    # The key is that of the entry which ends the account: it acts once.
    return replace(note, key=None, request_hash="")


def _take(draft: Draft, points: int, kind: str, destination: str, note: Note) -> PlannedEntry:
    if points <= 0:
        raise ValueError("Points to take are one or more.")
    settle(draft)
    available = draft.book.buckets["available"]
    if available < points:
        raise NotEnough(available=available, required=points)
    moves = [Move(lot.number, "available", destination, n) for lot, n in draw(draft, points)]
    entry = draft.enter(kind=kind, points=-points, moves=moves, occurred_at=draft.now, note=note)
    draft.close(has_acted=True)
    return entry
