"""The tables of the pages of measures as files that a spreadsheet reads."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import cohorts, keeping
from analytics.figures import Column, Figure, Unit
from analytics.keeping import Asked
from analytics.measures.registry import get_measures
from analytics.measuring import Measure
from analytics.reporting import Line, to_number
from analytics.scopes import Scope
from loyalty.core import spreadsheets
from loyalty.core.spreadsheets import Cell
from loyalty.desk.measures import growing, naming, picking
from loyalty.desk.measures.reading import Reading
from loyalty.desk.measures.series import Series


def write_measures(*, scope: Scope) -> str:
    """Return every measure of a period as CSV: exact values, with what they were made of."""
    days = [scope.period.first.isoformat(), scope.period.last.isoformat()]
    head = [
        _("measure"), pgettext("day", "from"), pgettext("day", "to"),
        _("value"), _("numerator"), _("denominator"),
    ]  # fmt: skip
    rows = (
        [line.measure.code, *days, *_figures(line.figure, line.measure, scope.currency)]
        for line in _get_lines(scope)
    )
    return spreadsheets.write(head=head, rows=rows)


def write_cohorts(*, scope: Scope) -> str:
    """Return all cohorts up to the period's end as CSV: buyers of month 0, 1, 2 …"""
    table = cohorts.get_cohorts(scope=scope)
    longest = max((len(buyers) for buyers in table.values()), default=0)
    rows: list[list[Cell]] = [
        [f"{month:%Y-%m}", *buyers] for month, buyers in sorted(table.items())
    ]
    return spreadsheets.write(head=[_("cohort"), *range(longest)], rows=rows)


def write_series(*, series: Series, names: Mapping[str, str]) -> str:
    """Return a measure over the last periods as CSV, the oldest first, with a year before.

    Beside each stand its second figures, unless they are a grid, and what it added to a total.
    `names` are what codes of the merchant's are called.
    """
    measure, currency = series.measure, series.scope.currency
    growth = growing.get_growth(series)
    columns = _columns_of(series)
    head = [
        pgettext("day", "from"), pgettext("day", "to"), _("value"), _("numerator"),
        _("denominator"), _("a year before"),
        *([pgettext("to a total", "Added")] if growth else []),
        *(naming.column_of(code, names) for code in columns),
    ]  # fmt: skip
    rows = (
        [
            spot.period.first.isoformat(),
            spot.period.last.isoformat(),
            *_figures(spot.kept.figure, measure, currency),
            exact(spot.year_value, measure.unit, currency),
            *([exact(growth[place].value, measure.unit, currency)] if growth else []),
            *(_second(spot.kept.figure.columns.get(code), currency) for code in columns),
        ]
        for place, spot in enumerate(series.spots)
    )
    return spreadsheets.write(head=head, rows=rows)


def exact(value: Fraction | int | None, unit: Unit, currency: str) -> Cell:
    """Return a value as a cell: as many digits as there are, money in whole units of it."""
    found: Cell = to_number(value, unit, currency)
    return Decimal(found) if isinstance(found, str) else found


def as_file(text: str, *, name: str, read: Reading) -> HttpResponse:
    """Return a table as a file whose name says which period and which cut it is of."""
    return as_csv(text, name=file_name(name, read))


def as_csv(text: str, *, name: str) -> HttpResponse:
    """Return a table as a file of a name."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    return _named(response, f"{name}.csv")


def as_png(picture: bytes, *, name: str) -> HttpResponse:
    """Return a chart as a file of a name."""
    response = HttpResponse(picture, content_type="image/png")
    return _named(response, f"{name}.png")


def file_name(name: str, read: Reading) -> str:
    """Return what a file of a page is called, without its kind: retention_rate-2026-02."""
    return "-".join([name, picking.key_of(read.picked.period), *read.picked.said.values()])


def _named(response: HttpResponse, name: str) -> HttpResponse:
    """Have a response kept as a file of this name."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _get_lines(scope: Scope) -> list[Line]:
    """Return every measure that can be told of a scope, from kept figures."""
    measures = [one for one in get_measures().values() if one.allows(scope.cut)]
    asked = {one.code: Asked(one.code, scope.period, scope.cut) for one in measures}
    found = keeping.get(asked=list(asked.values()), at=scope.at, seen=scope)
    return [Line(one, found[asked[one.code]].figure) for one in measures]


def _figures(figure: Figure, measure: Measure, currency: str) -> list[Cell]:
    return [
        exact(figure.value, measure.unit, currency),
        exact(figure.numerator, measure.numerator_unit, currency),
        exact(figure.denominator, measure.denominator_unit, currency),
    ]


def _columns_of(series: Series) -> list[str]:
    """Return the second figures of any of the periods, in the order of the newest."""
    figures = [spot.kept.figure for spot in reversed(series.spots)]
    codes = dict.fromkeys(
        code for one in figures if not naming.is_grid(one) for code in one.columns
    )
    return list(codes)


def _second(column: Column | None, currency: str) -> Cell:
    return None if column is None else exact(column.value, column.unit, currency)
