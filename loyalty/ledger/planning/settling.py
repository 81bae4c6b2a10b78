"""What falls due by itself: holds lapse, lots wake, are cancelled, expire, each at its instant."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from loyalty.ledger.planning.accounts import Hold, Lot, Move
from loyalty.ledger.planning.drafts import (
    NO_NOTE,
    NOTHING_MORE,
    Draft,
    More,
    Note,
    PlannedEntry,
    Resolution,
)

# At one instant: what is reserved lapses first, then lots activate, then it is too late for
# those that wait for an event, then they expire.
_LAPSE, _ACTIVATE, _CANCEL, _EXPIRE = 0, 1, 2, 3


def settle(draft: Draft) -> None:
    """Enter all that is due at the draft's clock, each at its own instant.

    Doing it again enters nothing, and doing it late enters what doing it daily would have.
    """
    book = draft.book
    if book.next_event_at is not None and book.next_event_at <= draft.now:
        if book.unseen_at is not None and book.unseen_at <= draft.now:
            raise ValueError("An account that is due is settled with all its open lots.")
        if book.inactive_at is not None and book.inactive_at <= draft.now:
            _settle_until(draft, book.inactive_at)
            book.inactive_at = None  # it has rung: what comes back later lives its own life
        _settle_until(draft, draft.now)
        book.next_event_at = book.find_next_event()
    if book.inactive_at is not None and book.inactive_at <= draft.now:
        book.inactive_at = None


def _settle_until(draft: Draft, until: datetime) -> None:
    book = draft.book
    holds = [hold for hold in book.holds.values() if hold.expires_at <= until]
    coming_back = {number for hold in holds for number, _points in hold.parts}
    lots = [lot for lot in book.lots.values() if lot.remaining or lot.number in coming_back]
    for instant, rank, numbers in _due(draft, lots, until=until, holds=holds):
        _book(draft, instant, rank, numbers)
        repay(draft, at=instant)
        book.last_at = instant if book.last_at is None else max(book.last_at, instant)


def settle_new(draft: Draft, lots: Iterable[Lot]) -> None:
    """Enter what is already due of lots that were opened just now with an effect in the past."""
    for instant, rank, due in _due(draft, lots, until=draft.now):
        _book(draft, instant, rank, due)


def release(
    draft: Draft,
    hold: Hold,
    *,
    kind: str,
    state: str,
    at: datetime,
    captured: int = 0,
    note: Note = NO_NOTE,
) -> PlannedEntry:
    """End a hold: its first points are captured, the others go back to the lots they are of.

    A lot that has died meanwhile keeps nothing: what comes back to it has expired. The caller
    repays what is owed from what came back.
    """
    book, left, moves = draft.book, captured, []
    for number, points in hold.parts:
        taken = min(points, left)
        left -= taken
        if taken:
            moves.append(Move(number, "held", "redeemed", taken))
        if points > taken:
            is_alive = at < book.lots[number].ends_at(book.inactive_at)
            to = "available" if is_alive else "expired"
            moves.append(Move(number, "held", to, points - taken))
    return draft.enter(
        kind=kind,
        points=-captured or hold.points,
        moves=moves,
        occurred_at=at,
        note=note,
        more=More(closes=Resolution(hold, state, captured)),
    )


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


def _due(
    draft: Draft, lots: Iterable[Lot], *, until: datetime, holds: Iterable[Hold] = ()
) -> list[tuple[datetime, int, list[int]]]:
    """Return groups of numbers: by instant, and at one in the order of ranks."""
    inactive_at = draft.book.inactive_at
    events = [(hold.expires_at, _LAPSE, hold.number) for hold in holds]
    for lot in lots:
        ends_at = max(lot.ends_at(inactive_at), lot.earned_at)
        if lot.is_pending and lot.available_at <= min(until, ends_at):
            events.append((lot.available_at, _ACTIVATE, lot.number))
        if lot.cancels_at <= min(until, ends_at):
            events.append((lot.cancels_at, _CANCEL, lot.number))
        if ends_at <= until:
            events.append((ends_at, _EXPIRE, lot.number))
    events.sort()
    groups = groupby(events, key=lambda event: event[:2])
    return [(instant, rank, [event[2] for event in due]) for (instant, rank), due in groups]


def _book(draft: Draft, instant: datetime, rank: int, numbers: list[int]) -> None:
    if rank == _LAPSE:
        for number in numbers:
            hold = draft.book.holds[number]
            release(draft, hold, kind="LAPSE", state="LAPSED", at=instant)
        return
    # What an earlier group or a repayment took is gone; an empty lot has nothing to enter.
    lots = [draft.book.lots[number] for number in numbers if draft.book.lots[number].remaining]
    if not lots:
        return
    if rank == _ACTIVATE:
        wake(draft, lots, at=instant)
        return
    moves = [
        Move(lot.number, "pending" if lot.is_pending else "available", "expired", lot.remaining)
        for lot in lots
    ]
    kind = "CANCEL" if rank == _CANCEL else "EXPIRE"
    points = sum(lot.remaining for lot in lots)
    draft.enter(kind=kind, points=-points, moves=moves, occurred_at=instant)


def wake(
    draft: Draft,
    lots: Sequence[Lot],
    *,
    at: datetime,
    note: Note = NO_NOTE,
    more: More = NOTHING_MORE,
) -> PlannedEntry:
    """Enter that lots which waited can be used."""
    moves = [Move(lot.number, "pending", "available", lot.remaining) for lot in lots]
    for lot in lots:
        lot.is_pending = False
    points = sum(lot.remaining for lot in lots)
    return draft.enter(
        kind="ACTIVATE", points=points, moves=moves, occurred_at=at, note=note, more=more
    )
