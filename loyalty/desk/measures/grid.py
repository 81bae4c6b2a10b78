"""Members by recency and frequency, as a table with tinted cells, each with its name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.text import capfirst

from analytics.figures import Figure
from analytics.segments.cells import Cell, cell_of
from analytics.segments.wording import CELLS
from loyalty.desk.home import words

_TINTS = 10
_SCORES = range(1, 6)


@dataclass(frozen=True)
class Square:
    """Members of one recency and one frequency: how many, which share, what they are called."""

    name: str
    members: str
    share: str
    tint: int


@dataclass(frozen=True)
class Grid:
    """Rows from the most recent to the least; and how many members have each name."""

    rows: Sequence[tuple[int, Sequence[Square]]]
    scores: Sequence[int]
    names: Sequence[tuple[str, str, str]]


def draw(figure: Figure) -> Grid | None:
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
    return Grid(rows, _SCORES, _names(counted, total))


def _square(
    counted: Mapping[tuple[int, int], int], recency: int, frequency: int, total: int, most: int
) -> Square:
    members = counted[recency, frequency]
    return Square(
        name=_called(cell_of(recency=recency, frequency=frequency)),
        members=words.of_number(members),
        share=words.of_share(Fraction(members, total)),
        tint=round(Fraction(members, most) * _TINTS),
    )


def _names(counted: Mapping[tuple[int, int], int], total: int) -> list[tuple[str, str, str]]:
    named: Counter[Cell] = Counter()
    for (recency, frequency), members in counted.items():
        named[cell_of(recency=recency, frequency=frequency)] += members
    return [
        (_called(cell), words.of_number(named[cell]), words.of_share(Fraction(named[cell], total)))
        for cell in Cell
    ]


def _called(cell: Cell) -> str:
    return capfirst(str(CELLS[cell]))
