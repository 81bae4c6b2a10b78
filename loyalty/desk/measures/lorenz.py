"""The curve of Lorenz: which share of the revenue the members make who spend least."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from analytics import concentration
from analytics.concentration import Group, Point
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
    return draw(concentration.groups_of(figure), best=figure.value)


def draw(groups: Sequence[Group], *, best: Fraction | int | None = None) -> Lorenz | None:
    """Return the curve of groups, those who spent least first."""
    curve = concentration.get_curve(groups)
    if not curve:
        return None
    points = [Point(Fraction(0), Fraction(0)), *curve]
    line = " ".join(f"{x},{y}" for x, y in map(_place, points))
    best = _share_of_best(points, _FIFTH) if best is None else Fraction(best)
    best_x, best_y = _place(Point(Fraction(4, 5), 1 - best))
    return Lorenz(
        line=line,
        area=f"{_LEFT},{_SIDE} {line} {_LEFT + _SIDE},0",
        best_x=best_x,
        best_y=best_y,
        best_words=words.of_share(best),
        rows=[
            (
                words.of_share(share),
                words.of_share(best if share == _FIFTH else _share_of_best(points, share)),
            )
            for share in (Fraction(twentieths, 20) for twentieths in _BEST)
        ],
    )


def _share_of_best(points: Sequence[Point], best: Fraction) -> Fraction:
    """Return what the best so many make: between two groups, on the line between them."""
    wanted = 1 - best
    for before, after in pairwise(points):
        if after.members >= wanted:
            part = (wanted - before.members) / (after.members - before.members)
            return 1 - (before.revenue + part * (after.revenue - before.revenue))
    return Fraction(0)


def _place(point: Point) -> tuple[int, int]:
    """Return where a share of people and of revenue is; below nothing is on the floor."""
    height = max(point.revenue, Fraction(0))
    return _LEFT + round(point.members * _SIDE), _SIDE - round(height * _SIDE)
