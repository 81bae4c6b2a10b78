"""What falls due by itself: lots become available and expire, at their own instants."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from loyalty.ledger.planning.accounts import Lot, Move
from loyalty.ledger.planning.drafts import Draft

# At one instant: what is reserved lapses first (later), then lots activate, then they expire.
_ACTIVATE, _EXPIRE = 1, 2


def settle(draft: Draft) -> None:
    """Enter all that is due at the draft's clock, each at its own instant.

    Doing it again enters nothing, and doing it late enters what doing it daily would have.
    """
    book = draft.book
    if book.next_event_at is not None and book.next_event_at <= draft.now:
        if book.unseen_at is not None and book.unseen_at <= draft.now:
            raise ValueError("An account that is due is settled with all its open lots.")
        for instant, rank, lots in _due(draft, book.lots.values()):
            _book(draft, instant, rank, lots)
            repay(draft, at=instant)
            book.last_at = instant if book.last_at is None else max(book.last_at, instant)
        book.next_event_at = book.find_next_event()
    if book.inactive_at is not None and book.inactive_at <= draft.now:
        book.inactive_at = None  # it has rung: lots of a later activity live their own lives


def settle_new(draft: Draft, lots: Iterable[Lot]) -> None:
    """Enter what is already due of lots that were opened just now with an effect in the past."""
    for instant, rank, due in _due(draft, lots):
        _book(draft, instant, rank, due)


def repay(draft: Draft, *, at: datetime) -> None:
    """Pay what the account owes from what is available. Nothing is offered while it owes."""
    book = draft.book
    points = min(book.buckets["debt"], book.buckets["available"])
    if points:
        moves = [Move(lot.number, "available", "debt", n) for lot, n in draw(draft, points)]
        draft.enter(kind="REPAY", points=-points, moves=moves, occurred_at=at)


def draw(draft: Draft, points: int) -> list[tuple[Lot, int]]:
    """Choose lots for points that are known to be available: earliest expiry first."""
    drawn = []
    for lot in draft.book.spendable():
        part = min(lot.remaining, points)
        drawn.append((lot, part))
        points -= part
        if not points:
            return drawn
    raise ValueError("The lots at hand do not hold what the account says is available.")


def _due(draft: Draft, lots: Iterable[Lot]) -> list[tuple[datetime, int, list[int]]]:
    """Return groups of lot numbers: by instant, at one instant activations before expiries."""
    inactive_at, now, events = draft.book.inactive_at, draft.now, []
    for lot in lots:
        if not lot.remaining:
            continue
        ends_at = max(lot.ends_at(inactive_at), lot.earned_at)
        if lot.is_pending and lot.available_at <= min(now, ends_at):
            events.append((lot.available_at, _ACTIVATE, lot.number))
        if ends_at <= now:
            events.append((ends_at, _EXPIRE, lot.number))
    events.sort()
    groups = groupby(events, key=lambda event: event[:2])
    return [(instant, rank, [event[2] for event in due]) for (instant, rank), due in groups]


def _book(draft: Draft, instant: datetime, rank: int, numbers: list[int]) -> None:
    # What an earlier group or a repayment took is gone; an empty lot has nothing to enter.
    lots = [draft.book.lots[number] for number in numbers if draft.book.lots[number].remaining]
    if not lots:
        return
    points = sum(lot.remaining for lot in lots)
    if rank == _ACTIVATE:
        moves = [Move(lot.number, "pending", "available", lot.remaining) for lot in lots]
        for lot in lots:
            lot.is_pending = False
        draft.enter(kind="ACTIVATE", points=points, moves=moves, occurred_at=instant)
        return
    moves = [
        Move(lot.number, "pending" if lot.is_pending else "available", "expired", lot.remaining)
        for lot in lots
    ]
    draft.enter(kind="EXPIRE", points=-points, moves=moves, occurred_at=instant)
