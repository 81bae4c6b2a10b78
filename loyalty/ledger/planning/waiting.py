"""Points that wait for an event: it has come, or it will not."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from loyalty.ledger.planning.accounts import Lot, Move, in_utc
from loyalty.ledger.planning.drafts import Draft, More, Note, PlannedEntry
from loyalty.ledger.planning.settling import repay, settle, wake

# When points are gone that can be used from a moment on, by what was said of their life.
Until = Callable[[str, datetime], datetime]


def activate(
    draft: Draft, *, lots: Collection[int], until: Until, note: Note
) -> PlannedEntry | None:
    """Settle, then let what still waits of these lots be used from now on, and repay debt.

    Their life begins now. None where none of them waits any more. The book must hold all its
    open lots.
    """
    chosen = _choose(draft, lots)
    if not chosen:
        return None
    for lot in chosen:
        lot.available_at = draft.now
        lot.expires_at = in_utc(until(lot.wait.life if lot.wait else "", draft.now))
        if lot.expires_at <= draft.now:
            raise ValueError("Points live a while once they can be used.")
    entry = wake(draft, chosen, at=draft.now, note=note, more=More(wakes=_as_they_are(chosen)))
    repay(draft, at=draft.now)
    draft.close(has_acted=True)
    return entry


def cancel(draft: Draft, *, lots: Collection[int], note: Note) -> PlannedEntry | None:
    """Settle, then let what still waits of these lots go, as if it were too late already.

    None where none of them waits any more. The book must hold all its open lots.
    """
    chosen = _choose(draft, lots)
    if not chosen:
        return None
    moves = [Move(lot.number, "pending", "expired", lot.remaining) for lot in chosen]
    points = -sum(move.points for move in moves)
    entry = draft.enter(
        kind="CANCEL", points=points, moves=moves, occurred_at=draft.now, note=note
    )
    draft.close(has_acted=True)
    return entry


def _choose(draft: Draft, lots: Collection[int]) -> list[Lot]:
    settle(draft)
    found = (lot for number, lot in sorted(draft.book.lots.items()) if number in lots)
    return [lot for lot in found if lot.wait and lot.is_pending and lot.remaining]


def _as_they_are(lots: list[Lot]) -> tuple[Lot, ...]:
    return tuple(replace(lot) for lot in lots)
