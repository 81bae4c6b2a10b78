"""The tables of the retention page as files that a spreadsheet reads."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import cohorts, reporting
from analytics.scopes import Scope


def write_measures(*, scope: Scope) -> str:
    """Return every measure of a period as CSV: exact values, with what they were made of."""
    document = reporting.as_document(scope=scope, lines=reporting.report(scope=scope))
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


def _figures(entry: dict[str, object]) -> list[object]:
    return [entry["value"], entry["numerator"], entry["denominator"]]


def _csv(head: Sequence[object], rows: Iterator[Sequence[object]]) -> str:
    """Nothing here was typed by anybody outside, so that no cell can be a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()
