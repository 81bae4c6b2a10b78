"""The curve of Lorenz: which share of the revenue the members make who spend least."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from analytics.concentration import Group
from analytics.figures import Figure
from loyalty.desk.home import words

_SIDE = 260
_LEFT = 40
_FIFTH = Fraction(1, 5)
# The best of so many percent, in the table beneath.
_BEST = (1, 2, 4, 10)


@dataclass(frozen=True)
class Lorenz:
    """The curve on a square, in points of SVG; and in a table, what the best bring."""

    line: str
    area: str
    best_x: int
    best_y: int
    best_words: str
    rows: Sequence[tuple[str, str]]


def draw_figure(figure: Figure) -> Lorenz | None:
    """Return the curve of a figure of `pareto_share`; None where there is no revenue to share."""
    told = zip(figure.drawn.get("members", ()), figure.drawn.get("revenue_cents", ()), strict=True)
    return draw([Group(members, cents) for members, cents in told], best=figure.value)


def draw(groups: Sequence[Group], *, best: Fraction | int | None = None) -> Lorenz | None:
    """Return the curve of groups, those who spent least first."""
    total = sum(group.revenue_cents for group in groups)
    if total <= 0:
        return None
    people = sum(group.members for group in groups)
    places, seen, spent = [(_LEFT, _SIDE)], 0, 0
    shares = [(Fraction(0), Fraction(0))]
    for group in groups:
        seen, spent = seen + group.members, spent + group.revenue_cents
        shares.append((Fraction(seen, people), Fraction(spent, total)))
        places.append(_place(*shares[-1]))
    line = " ".join(f"{x},{y}" for x, y in places)
    best = _share_of_best(shares, _FIFTH) if best is None else Fraction(best)
    best_x, best_y = _place(Fraction(4, 5), 1 - best)
    return Lorenz(
        line=line,
        area=f"{_LEFT},{_SIDE} {line} {_LEFT + _SIDE},0",
        best_x=best_x,
        best_y=best_y,
        best_words=words.of_share(best),
        rows=[
            (
                words.of_share(share),
                words.of_share(best if share == _FIFTH else _share_of_best(shares, share)),
            )
            for share in (Fraction(twentieths, 20) for twentieths in _BEST)
        ],
    )


def _share_of_best(shares: Sequence[tuple[Fraction, Fraction]], best: Fraction) -> Fraction:
    """Return what the best so many make: between two groups, on the line between them."""
    wanted = 1 - best
    for (before, low), (after, high) in pairwise(shares):
        if after >= wanted:
            part = (wanted - before) / (after - before)
            return 1 - (low + part * (high - low))
    return Fraction(0)


def _place(people: Fraction, revenue: Fraction) -> tuple[int, int]:
    """Return where a share of people and of revenue is; below nothing is on the floor."""
    return _LEFT + round(people * _SIDE), _SIDE - round(max(revenue, Fraction(0)) * _SIDE)
