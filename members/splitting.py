"""What comes back of a sale, split between the means that paid it. Pure; amounts are cents."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from members.remaining import share


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What one means paid of a sale, with how many points if any; and what came back of it."""

    cents: int
    points: int = 0
    back_cents: int = 0
    back_points: int = 0


@dataclass(frozen=True, kw_only=True)
class Back:
    """What comes back of one means this time."""

    cents: int = 0
    points: int = 0


def split(*, paid: Sequence[Paid], total_cents: int, before_cents: int, cents: int) -> list[Back]:
    """Return what comes back of each means when so many cents of a sale do, after some before.

    Points and what they paid come back as their share of all that came back so far, rounded
    down, the rest at the end; the other means share what is left in proportion. The parts add
    up to the amount each time, and to what each paid at the end.
    """
    after = before_cents + cents
    with_points = [one for one in paid if one.points]
    of_points = _due([(one.cents, one.back_cents) for one in with_points], after, total_cents)
    points = _due([(one.points, one.back_points) for one in with_points], after, total_cents)
    money = [one.cents - one.back_cents for one in paid if not one.points]
    rest = iter(_shared(money, cents - sum(of_points)))
    came = (Back(cents=c, points=p) for c, p in zip(of_points, points, strict=True))
    return [next(came) if one.points else Back(cents=next(rest)) for one in paid]


def _due(wholes: Sequence[tuple[int, int]], part: int, of: int) -> list[int]:
    """Return what is due by now of some wholes together, less what came back of each before."""
    before = sum(back for _whole, back in wholes)
    due = share(whole=sum(whole for whole, _back in wholes), part=part, of=of) - before
    return _shared([whole - back for whole, back in wholes], due)


def _shared(lefts: Sequence[int], amount: int) -> list[int]:
    """Share an amount in proportion to what is left of each; exactly, and of none more."""
    left = sum(lefts)
    marks = [amount * mark // left if left else 0 for mark in accumulate(lefts, initial=0)]
    return [upper - lower for lower, upper in pairwise(marks)]
