"""Points that were spent come back into the lots they came from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from loyalty.ledger.planning.accounts import Lot, Move
from loyalty.ledger.planning.drafts import NOTHING_MORE, Draft, More, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.settling import repay, settle


@dataclass(frozen=True, slots=True)
class Spending:
    """An entry that spent points: its number, what it took of which lot, what came back since.

    `returned` counts what was waived, since nobody was left to give it to, like the rest.
    """

    number: int
    taken: Sequence[tuple[int, int]]
    returned: int

    @property
    def left(self) -> int:
        return sum(points for _lot, points in self.taken) - self.returned


def refund(
    draft: Draft,
    *,
    spending: Spending,
    points: int,
    grace_days: int | None,
    note: Note,
    is_closed: bool = False,
) -> PlannedEntry:
    """Settle, then give back points of one spending, last drawn first.

    A lot that is alive gets them back under its own expiry. For a dead one, a new lot with
    `grace_days` days of life keeps the moment of earning; without a grace they expire at once.
    Where the holder has left for good, all of it is waived. Raises NotEnough when more would
    come back than was spent.
    """
    if points <= 0:
        raise ValueError("Points to give back are one or more.")
    settle(draft)
    if points > spending.left:
        raise NotEnough(available=spending.left, required=points)
    moves, opened = ([], []) if is_closed else _give_back(draft, spending, points, grace_days)
    entry = draft.enter(
        kind="REFUND",
        points=0 if is_closed else points,
        moves=moves,
        occurred_at=draft.now,
        note=note,
        opened=opened,
        parent=spending.number,
        more=More(waived=points) if is_closed else NOTHING_MORE,
    )
    repay(draft, at=draft.now)
    draft.close(has_acted=True)
    return entry


def _give_back(
    draft: Draft, spending: Spending, points: int, grace_days: int | None
) -> tuple[list[Move], list[Lot]]:
    moves: list[Move] = []
    opened: list[Lot] = []
    for lot, part in _in_reverse(draft, spending, points):
        if lot.ends_at(draft.book.inactive_at) > draft.now:
            moves.append(Move(lot.number, "redeemed", "available", part))
        elif grace_days:
            revived = _revive(draft, lot, part, grace_days)
            opened.append(revived)
            moves.append(Move(revived.number, "redeemed", "available", part))
        else:
            moves.append(Move(lot.number, "redeemed", "expired", part))
    return moves, opened


def _in_reverse(draft: Draft, spending: Spending, points: int) -> Iterator[tuple[Lot, int]]:
    """Go back through what was drawn, past what has come back already."""
    lots, skip = draft.book.lots, spending.returned
    drawn = sorted(
        spending.taken,
        key=lambda taken: (lots[taken[0]].expires_at, taken[0]),
        reverse=True,
    )
    for number, taken in drawn:
        skipped = min(skip, taken)
        skip -= skipped
        part = min(taken - skipped, points)
        if part:
            points -= part
            yield lots[number], part


def _revive(draft: Draft, dead: Lot, points: int, grace_days: int) -> Lot:
    lot = Lot(
        number=draft.next_lot_number(),
        earned_at=dead.earned_at,
        original=points,
        remaining=0,
        is_pending=False,
        available_at=draft.now,
        expires_at=draft.now + timedelta(days=grace_days),
        rule_version=dead.rule_version,
        came_from=(draft.book.account, dead.number),
    )
    draft.open_lot(lot)
    return lot
