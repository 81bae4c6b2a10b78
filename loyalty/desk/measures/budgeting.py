"""The budget of a year by category: what was planned, what is spent, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from analytics.figures import Figure, Unit
from analytics.models import CostCategory
from loyalty.desk.measures import saying
from loyalty.desk.measures.series import Series

_STATES = ("planned", "spent", "left")


@dataclass(frozen=True)
class Row:
    """One category. `is_over` when more is spent than was planned."""

    name: str
    planned: str
    spent: str
    left: str
    is_over: bool


@dataclass(frozen=True)
class Budget:
    year: int
    rows: Sequence[Row]
    total: Row


def draw(series: Series) -> Budget | None:
    """Return the budget of a series of `budget`; None of a year of which nothing is planned."""
    figure = series.now.figure if series.now else Figure(None)
    if figure.value is None:
        return None
    currency = series.scope.currency
    return Budget(
        year=series.scope.as_of.year,
        rows=[_row(figure, one.lower(), str(one.label), currency) for one in _told(figure)],
        total=_row(figure, "total", _("all together"), currency),
    )


def _told(figure: Figure) -> list[CostCategory]:
    """Return the categories for which anything was planned or spent."""
    return [
        one
        for one in CostCategory
        if any(_of(figure, f"{one.lower()}_{state}") for state in _STATES[:2])
    ]


def _row(figure: Figure, code: str, name: str, currency: str) -> Row:
    planned, spent, left = (_of(figure, f"{code}_{state}") for state in _STATES)
    return Row(
        name=capfirst(name),
        planned=saying.say(planned, Unit.MONEY, currency),
        spent=saying.say(spent, Unit.MONEY, currency),
        left=saying.say(left, Unit.MONEY, currency),
        is_over=left is not None and left < 0,
    )


def _of(figure: Figure, code: str) -> int | None:
    column = figure.columns.get(code)
    return None if column is None or column.value is None else int(column.value)
