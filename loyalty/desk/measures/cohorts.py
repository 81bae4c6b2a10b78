"""Cohorts as a table with tinted cells: of those who came first in a month, who still buys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.formats import date_format

from analytics.figures import Figure
from analytics.periods import DAY, month_start
from analytics.scopes import Scope
from loyalty.desk.home import words

_TINTS = 10


@dataclass(frozen=True)
class Cell:
    """The share of a cohort that bought in a month, and how strongly it is tinted."""

    words: str
    buyers: int
    tint: int
    is_unfinished: bool


@dataclass(frozen=True)
class Cohort:
    """Members first seen in one month, and those of them who bought in each month since."""

    month: date
    label: str
    size: int
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class Matrix:
    """The last cohorts up to the period's end, the newest last; `months` are those since."""

    rows: Sequence[Cohort]
    months: Sequence[int]


def draw(figure: Figure, *, scope: Scope) -> Matrix:
    """Return the last cohorts up to the period's end, the newest last, month 1 and on.

    `figure` is that of `cohort_retention`: of each cohort how many months it has, and the first.
    """
    shares = [
        Fraction(buyers, size)
        for _months, size, *since in figure.drawn.values()
        for buyers in since
        if size
    ]
    highest = max(shares, default=Fraction(1)) or Fraction(1)
    is_over = month_start(scope.as_of + DAY) != month_start(scope.as_of)
    rows = [
        _cohort(
            date.fromisoformat(month), told, highest=highest,
            is_over=is_over and scope.is_finished,
        )
        for month, told in figure.drawn.items()
    ]  # fmt: skip
    return Matrix(rows, range(1, max((len(row.cells) for row in rows), default=0) + 1))


def _cohort(month: date, told: Sequence[int], *, highest: Fraction, is_over: bool) -> Cohort:
    months, size, *since = told
    newest = months - 1
    cells = [
        _cell(count, size, highest, is_unfinished=not is_over and place == newest)
        for place, count in enumerate(since, start=1)
    ]
    return Cohort(month, date_format(month, "YEAR_MONTH_FORMAT"), size, cells)


def _cell(buyers: int, size: int, highest: Fraction, *, is_unfinished: bool) -> Cell | None:
    if not size:
        return None
    share = Fraction(buyers, size)
    tint = round(share / highest * _TINTS)
    return Cell(words.of_share(share), buyers, tint, is_unfinished)
