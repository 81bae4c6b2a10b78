"""What stands beside a measure's chart, as files of their own shape: the grid, the curve …"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import concentration, keeping, slicing
from analytics.figures import Figure, Unit
from analytics.keeping import Asked
from analytics.measuring import Measure
from analytics.models import CostCategory
from analytics.segments.cells import cell_of
from loyalty.core import spreadsheets
from loyalty.core.spreadsheets import Cell
from loyalty.desk.measures import breaking, grid
from loyalty.desk.measures.filing import exact
from loyalty.desk.measures.reading import Reading

_SCORES = range(1, 6)
_STATES = ("planned", "spent", "left")
GRID, CURVE, BUDGET, PIECES = "grid", "curve", "budget", "pieces"
# Which measure has which of them; side by side stands any.
_OF: Mapping[str, str] = {"rfm": GRID, "pareto_share": CURVE, "budget": BUDGET}


def write(*, measure: Measure, read: Reading, table: str, asked: Mapping[str, str]) -> str | None:
    """Return a table of a measure's page as CSV; None of one that it has not.

    `asked` is what the address says of it: by which way to score, by what to tell side by side.
    """
    if not measure.allows(read.scope.cut):
        return None
    if table == PIECES:
        return _write_pieces(measure, read, asked.get("by", ""))
    if _OF.get(measure.code) != table:
        return None
    return _WRITERS[table](measure, read, asked)


def _write_grid(measure: Measure, read: Reading, asked: Mapping[str, str]) -> str:
    """A row for each recency and frequency: its members, and those of each score of revenue."""
    scoring = grid.read_scoring(asked.get("scoring", ""), scope=read.scope)
    found = grid.get_figure(measure=measure, scope=read.scope, scoring=scoring)
    head = [
        _("recency"), _("frequency"), _("group"), _("members"), _("share"),
        *(_("revenue %(score)d") % {"score": score} for score in reversed(_SCORES)),
    ]  # fmt: skip
    return spreadsheets.write(head=head, rows=_squares(found))


def _squares(figure: Figure) -> Iterator[list[Cell]]:
    for recency in reversed(_SCORES):
        for frequency in _SCORES:
            members = [
                _count(figure, f"{recency}{frequency}{revenue}") for revenue in reversed(_SCORES)
            ]
            name = grid.called(cell_of(recency=recency, frequency=frequency))
            share = Fraction(sum(members), figure.numerator) if figure.numerator else None
            yield [
                recency, frequency, name, sum(members), exact(share, Unit.SHARE, ""), *members
            ]  # fmt: skip


def _write_curve(measure: Measure, read: Reading, _asked: Mapping[str, str]) -> str:
    groups = concentration.groups_of(_get_figure(measure, read))
    points = concentration.get_curve(groups)
    head = [
        _("members"), _("revenue"), _("share of all members so far"),
        _("share of all revenue so far"),
    ]  # fmt: skip
    rows = (
        [
            group.members,
            exact(group.revenue_cents, Unit.MONEY, read.scope.currency),
            exact(point.members, Unit.SHARE, ""),
            exact(point.revenue, Unit.SHARE, ""),
        ]
        for group, point in zip(groups, points, strict=bool(points))
    )
    return spreadsheets.write(head=head, rows=rows)


def _write_budget(measure: Measure, read: Reading, _asked: Mapping[str, str]) -> str:
    figure, currency = _get_figure(measure, read), read.scope.currency
    named = {one.lower(): capfirst(str(one.label)) for one in CostCategory}
    head = [
        pgettext("of costs", "Category"), pgettext("budget", "Planned"),
        pgettext("budget", "Spent"), pgettext("budget", "Left"),
    ]  # fmt: skip
    told = {**named, "total": capfirst(_("all together"))}
    rows = (
        [name, *(_amount(figure, f"{code}_{state}", currency) for state in _STATES)]
        for code, name in told.items()
        if any(_count(figure, f"{code}_{state}") for state in _STATES)
    )
    return spreadsheets.write(head=head, rows=rows)


def _write_pieces(measure: Measure, read: Reading, by: str) -> str | None:
    """A row for each value of a dimension, as they stand side by side."""
    plan = breaking.plan(measure=measure, read=read, asked=by)
    if plan is None:
        return None
    found = keeping.get(asked=list(plan.asked.values()), at=read.at, seen=read.scope)
    currency = read.scope.currency
    head = [str(slicing.NAMES[plan.dimension]), _("value"), _("numerator"), _("denominator")]
    rows = (
        [
            choice.label,
            exact(figure.value, measure.unit, currency),
            exact(figure.numerator, measure.numerator_unit, currency),
            exact(figure.denominator, measure.denominator_unit, currency),
        ]
        for choice, asked in plan.asked.items()
        for figure in [found[asked].figure]
    )
    return spreadsheets.write(head=head, rows=rows)


def _get_figure(measure: Measure, read: Reading) -> Figure:
    asked = Asked(measure.code, read.scope.period, read.scope.cut)
    return keeping.get(asked=[asked], at=read.at, seen=read.scope)[asked].figure


def _count(figure: Figure, code: str) -> int:
    column = figure.columns.get(code)
    return int(column.value or 0) if column else 0


def _amount(figure: Figure, code: str, currency: str) -> Cell:
    column = figure.columns.get(code)
    return exact(column.value, Unit.MONEY, currency) if column else None


_WRITERS: Mapping[str, Callable[[Measure, Reading, Mapping[str, str]], str]] = {
    GRID: _write_grid,
    CURVE: _write_curve,
    BUDGET: _write_budget,
}
