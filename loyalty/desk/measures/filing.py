"""The tables of the pages of measures as files that a spreadsheet reads."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import cohorts, keeping, reporting
from analytics.keeping import Asked
from analytics.measures.registry import get_measures
from analytics.reporting import Line, to_number
from analytics.scopes import Scope
from loyalty.desk.measures import picking
from loyalty.desk.measures.reading import Reading
from loyalty.desk.measures.series import Series


def write_measures(*, scope: Scope) -> str:
    """Return every measure of a period as CSV: exact values, with what they were made of."""
    document = reporting.as_document(scope=scope, lines=_get_lines(scope))
    head = [
        _("measure"), pgettext("day", "from"), pgettext("day", "to"),
        _("value"), _("numerator"), _("denominator"),
    ]  # fmt: skip
    rows = (
        [code, document["from"], document["to"], *_figures(entry)]
        for code, entry in document["measures"].items()
    )
    return _csv(head, rows)


def write_cohorts(*, scope: Scope) -> str:
    """Return all cohorts up to the period's end as CSV: buyers of month 0, 1, 2 …"""
    table = cohorts.get_cohorts(scope=scope)
    longest = max((len(buyers) for buyers in table.values()), default=0)
    rows = ([f"{month:%Y-%m}", *buyers] for month, buyers in sorted(table.items()))
    return _csv([_("cohort"), *range(longest)], rows)


def write_series(*, series: Series) -> str:
    """Return a measure over the last periods as CSV, the oldest first, with a year before."""
    measure, currency = series.measure, series.scope.currency
    head = [
        pgettext("day", "from"), pgettext("day", "to"), _("value"), _("numerator"),
        _("denominator"), _("a year before"),
    ]  # fmt: skip
    rows = (
        [
            spot.period.first.isoformat(),
            spot.period.last.isoformat(),
            to_number(spot.value, measure.unit, currency),
            to_number(spot.kept.figure.numerator, measure.numerator_unit, currency),
            to_number(spot.kept.figure.denominator, measure.denominator_unit, currency),
            to_number(spot.year_value, measure.unit, currency),
        ]
        for spot in series.spots
    )
    return _csv(head, rows)


def as_file(text: str, *, name: str, read: Reading) -> HttpResponse:
    """Return a table as a file whose name says which period and which cut it is of."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    return named(response, f"{file_name(name, read)}.csv")


def file_name(name: str, read: Reading) -> str:
    """Return what a file of a page is called, without its kind: retention_rate-2026-02."""
    return "-".join([name, picking.key_of(read.picked.period), *read.picked.said.values()])


def named(response: HttpResponse, name: str) -> HttpResponse:
    """Have a response kept as a file of this name."""
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _get_lines(scope: Scope) -> list[Line]:
    """Return every measure that can be told of a scope, from kept figures."""
    measures = [one for one in get_measures().values() if one.allows(scope.cut)]
    asked = {one.code: Asked(one.code, scope.period, scope.cut) for one in measures}
    found = keeping.get(asked=list(asked.values()), at=scope.at, seen=scope)
    return [Line(one, found[asked[one.code]].figure) for one in measures]


def _figures(entry: dict[str, object]) -> list[object]:
    return [entry["value"], entry["numerator"], entry["denominator"]]


def _csv(head: Sequence[object], rows: Iterator[Sequence[object]]) -> str:
    """Nothing here was typed by anybody outside, so that no cell can be a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
