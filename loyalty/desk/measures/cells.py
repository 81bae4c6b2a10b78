"""Cells of the grid of scores and of the cohorts, and groups of scores: who is in one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics import cohorts, keeping, measuring, rfm, slicing
from analytics.keeping import Asked
from analytics.measuring import Drill, Measure
from analytics.scopes import Scope
from analytics.segments.cells import Cell, scores_of
from loyalty.core import digits
from loyalty.core.zones import add_months
from loyalty.desk.measures import grid

_SCORES = range(1, 6)
_MOST_MONTHS = 1_200


@dataclass(frozen=True)
class Picked:
    """A cell that an address names: in words, its members, and how many the page says it has.

    `number` is None of a cell for which the page has no room.
    """

    words: str
    drill: Drill
    number: int | None


def pick(*, measure: Measure, scope: Scope, asked: Mapping[str, str]) -> Picked | None:
    """Return the cell that an address names, or None where it names none.

    Raises Http404 for one that there is not.
    """
    if measure.code == "rfm" and (name := asked.get("cell", "")):
        return _of_grid(measure, name, scope, asked.get("scoring", ""))
    if measure.code == "cohort_retention" and (name := asked.get("cohort", "")):
        return _of_cohorts(measure, name, scope, asked.get("since", ""))
    return None


def _of_grid(measure: Measure, name: str, scope: Scope, way: str) -> Picked:
    """A recency and a frequency, as 54, or the name of a group."""
    scoring = grid.read_scoring(way, scope=scope)
    if name in set(Cell):
        found, words = scores_of(Cell(name)), grid.called(Cell(name))
    else:
        score = digits.read(name) or 0
        found = (divmod(score, 10),)
        if not all(one in _SCORES for one in found[0]):
            raise Http404
        told = {"recency": found[0][0], "frequency": found[0][1]}
        words = _("Recency %(recency)d, frequency %(frequency)d") % told
    figure = grid.get_figure(measure=measure, scope=scope, scoring=scoring)
    number = sum(
        int(column.value or 0)
        for score, column in figure.columns.items()
        if (int(score[0]), int(score[1])) in found
    )
    return Picked(words, measuring.members(rfm.members_with(scope, scoring, found)), number)


def _of_cohorts(measure: Measure, name: str, scope: Scope, since: str) -> Picked:
    """A month of first purchase, and how many months later: 0 is the month itself."""
    first, months = slicing.read_month(name), digits.read(since or "0")
    if first is None or months is None or months > _MOST_MONTHS:
        raise Http404
    month = add_months(day=first, months=months)
    told = {"first": _month(first), "month": _month(month)}
    words = _("First purchase in %(first)s, bought in %(month)s") % told
    _all, *buyers = _get_drawn(measure, scope).get(first.isoformat(), (0,))
    number = buyers[months] if months < len(buyers) else None
    rows = cohorts.members_in(scope, first=first, month=month)
    return Picked(words, measuring.members(rows), number)


def _get_drawn(measure: Measure, scope: Scope) -> Mapping[str, tuple[int, ...]]:
    asked = Asked(measure.code, scope.period, scope.cut)
    return keeping.get(asked=[asked], at=scope.at, seen=scope)[asked].figure.drawn


def _month(day: date) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")
