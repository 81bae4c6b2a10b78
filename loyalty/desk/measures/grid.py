"""Members by recency and frequency, as a table with tinted cells, each with its name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from analytics import keeping
from analytics.figures import Figure
from analytics.keeping import Asked
from analytics.measuring import Measure
from analytics.rfm import Scoring
from analytics.scopes import Scope
from analytics.segments.cells import Cell, cell_of
from analytics.segments.wording import CELLS
from loyalty.desk.home import words

_TINTS = 10
_SCORES = range(1, 6)
_ENDS = ("555", "111")
_WAYS = {
    Scoring.NTILE: _("five groups of equal size"),
    Scoring.THRESHOLD: _("by thresholds"),
}


@dataclass(frozen=True)
class Square:
    """Members of one recency and one frequency: how many, which share, what they are called.

    `key` names the cell in an address; nothing does where nobody is in it.
    """

    name: str
    members: str
    share: str
    tint: int
    key: str


@dataclass(frozen=True)
class Grid:
    """Rows from the most recent to the least; and how many members have each name, with its key.

    `ends` are the best and the lowest score of all three, each with its members and their share;
    `ways` are both ways of scoring, with whether it is the one that is drawn.
    """

    rows: Sequence[tuple[int, Sequence[Square]]]
    scores: Sequence[int]
    names: Sequence[tuple[str, str, str, str]]
    ends: Sequence[tuple[str, str, str]]
    ways: Sequence[tuple[str, str, bool]]
    has_equal_groups: bool

    # Properties

    @property
    def scoring(self) -> str:
        """The way of scoring that is drawn, as an address says it."""
        return next(way for way, _name, is_drawn in self.ways if is_drawn)


def read_scoring(asked: str, *, scope: Scope) -> Scoring:
    """Return the way of scoring that an address asks for, or that of the settings."""
    known = {scoring.value.lower(): scoring for scoring in Scoring}
    return known.get(asked, Scoring(scope.rfm_scoring))


def get_figure(*, measure: Measure, scope: Scope, scoring: Scoring) -> Figure:
    """Return the figure of `rfm` by a way of scoring: kept, where it is that of the settings."""
    asked = Asked(measure.code, scope.period, scope.cut)
    if scoring == scope.rfm_scoring:
        return keeping.get(asked=[asked], at=scope.at, seen=scope)[asked].figure
    otherwise = replace(scope, rfm_scoring=scoring.value)
    return keeping.compute_otherwise(asked=asked, scope=otherwise).figure


def draw(figure: Figure, *, scoring: Scoring) -> Grid | None:
    """Return the grid of a figure of `rfm`, whose columns are scores; None where it has none."""
    counted: Counter[tuple[int, int]] = Counter()
    for score, column in figure.columns.items():
        counted[int(score[0]), int(score[1])] += int(column.value or 0)
    total = counted.total()
    if not total:
        return None
    most = max(counted.values())
    rows = [
        (recency, [_square(counted, recency, frequency, total, most) for frequency in _SCORES])
        for recency in reversed(_SCORES)
    ]
    return Grid(
        rows=rows,
        scores=_SCORES,
        names=_names(counted, total),
        ends=[_end(figure, end, total) for end in _ENDS],
        ways=[(way.value.lower(), capfirst(str(_WAYS[way])), way == scoring) for way in Scoring],
        has_equal_groups=scoring == Scoring.NTILE,
    )


def called(cell: Cell) -> str:
    return capfirst(str(CELLS[cell]))


def _end(figure: Figure, score: str, total: int) -> tuple[str, str, str]:
    column = figure.columns.get(score)
    members = int(column.value or 0) if column else 0
    return score, words.of_number(members), words.of_share(Fraction(members, total))


def _square(
    counted: Mapping[tuple[int, int], int], recency: int, frequency: int, total: int, most: int
) -> Square:
    members = counted[recency, frequency]
    return Square(
        name=called(cell_of(recency=recency, frequency=frequency)),
        members=words.of_number(members),
        share=words.of_share(Fraction(members, total)),
        tint=round(Fraction(members, most) * _TINTS),
        key=f"{recency}{frequency}" if members else "",
    )


def _names(counted: Mapping[tuple[int, int], int], total: int) -> list[tuple[str, str, str, str]]:
    named: Counter[Cell] = Counter()
    for (recency, frequency), members in counted.items():
        named[cell_of(recency=recency, frequency=frequency)] += members
    return [
        (
            called(cell),
            words.of_number(named[cell]),
            words.of_share(Fraction(named[cell], total)),
            cell.value if named[cell] else "",
        )
        for cell in Cell
    ]
