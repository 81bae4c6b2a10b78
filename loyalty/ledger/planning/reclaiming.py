"""Points that were earned are taken back, because what earned them was."""

from collections.abc import Collection
from dataclasses import dataclass

from loyalty.ledger.planning.accounts import Lot, Move, given_back
from loyalty.ledger.planning.drafts import Draft, More, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.settling import settle


@dataclass(frozen=True, slots=True)
class Earned:
    """An entry that gave points, and what has become of them.

    `lots` are its own lots in this account, and those that its points went on to. `expired`
    counts what of them had expired before this draft, wherever they were; `taken_back` what
    was asked back so far, and `forgiven` how much of that had expired. `brought` are lots that
    other accounts gave back a moment ago, and are taken first; `apart` is what these will owe
    for it, and `spared` what they should and may not.
    """

    number: int
    points: int
    lots: Collection[int]
    expired: int
    taken_back: int
    forgiven: int
    brought: Collection[int] = ()
    apart: int = 0
    spared: int = 0

    @property
    def left(self) -> int:
        return self.points - self.taken_back


@dataclass(frozen=True, slots=True)
class Part:
    """A lot that has or had points of an earn, and for how many of them its account answers."""

    account: int
    lot: Lot
    points: int


def clawback(
    draft: Draft,
    *,
    earned: Earned,
    points: int,
    most_debt: int | None,
    note: Note,
    is_closed: bool = False,
) -> PlannedEntry:
    """Settle, then take back points of one earn: from its own lots first, of these what waits.

    What of them expired unused is forgiven. The rest comes from other lots that can be used,
    then is owed, up to `most_debt` points (None: without an end), then is waived. Where the
    holder has left for good, all of it is waived. Raises NotEnough when more would be taken
    back than was given. The book must hold all its open lots.
    """
    if points <= 0:
        raise ValueError("Points to take back are one or more.")
    settle(draft)
    if points > earned.left:
        raise NotEnough(available=earned.left, required=points)
    moves, forgiven, waived = (
        ([], 0, points) if is_closed else _find(draft, earned, points, most_debt)
    )
    entry = draft.enter(
        kind="CLAWBACK",
        points=-sum(move.points for move in moves),
        moves=moves,
        occurred_at=draft.now,
        note=note,
        parent=earned.number,
        more=More(forgiven=forgiven or None, waived=waived or None),
    )
    draft.close(has_acted=True)
    return entry


def _find(
    draft: Draft, earned: Earned, points: int, most_debt: int | None
) -> tuple[list[Move], int, int]:
    """Return what to move, how much is forgiven, and how much nobody can be asked for."""
    moves: list[Move] = []
    own, others = _lots_to_draw(draft, earned)
    due = _draw(own, points, moves)
    expired = earned.expired + expired_now(draft, earned.lots)
    forgiven = min(due, max(expired - earned.forgiven, 0))
    spared = min(due - forgiven, earned.spared)
    due = _draw(others, due - forgiven - spared - earned.apart, moves)
    owed = due if most_debt is None else min(due, most_debt)
    if owed + earned.apart:
        moves.append(Move(None, "debt", "removed", owed + earned.apart))
    return moves, forgiven, spared + due - owed


def _lots_to_draw(draft: Draft, earned: Earned) -> tuple[list[Lot], list[Lot]]:
    lots = draft.book.lots
    own = [lots[number] for number in earned.lots if lots[number].remaining]
    others = [lot for lot in draft.book.spendable() if lot.number not in earned.lots]
    brought = set(earned.brought)
    return sorted(own, key=lambda lot: (lot.number not in brought, given_back(lot))), others


def _draw(lots: list[Lot], points: int, moves: list[Move]) -> int:
    """Add what these lots give to the moves, and return what is left to find."""
    for lot in lots:
        part = min(lot.remaining, points)
        if part:
            source = "pending" if lot.is_pending else "available"
            moves.append(Move(lot.number, source, "removed", part))
            points -= part
    return points


def expired_now(draft: Draft, lots: Collection[int]) -> int:
    """Return how many points of these lots a draft has let expire."""
    return sum(
        move.points
        for entry in draft.entries
        for move in entry.moves
        if move.destination == "expired" and move.lot in lots
    )
