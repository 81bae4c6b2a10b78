"""Figures as others read them: numbers for machines, words and formats for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from babel import numbers
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from analytics import concentration, slicing
from analytics.concentration import Group
from analytics.figures import Figure, Unit
from analytics.measures.registry import get_measure, get_measures
from analytics.measuring import Measure
from analytics.periods import EARLIEST, LATEST, Period
from analytics.scopes import Scope
from loyalty.core import money
from loyalty.core.refusals import Refusal

# More is a grid, which has a command of its own.
_MOST_COLUMNS = 12


class PeriodImpossible(Refusal):
    code = "period-impossible"
    title = gettext_lazy("A period ends on or after its first day, between 1900 and 2999.")


@dataclass(frozen=True, slots=True)
class Line:
    """One measure with its answer."""

    measure: Measure
    figure: Figure


def read_period(*, first: date, last: date) -> Period:
    """Return the period of these days. Raises PeriodImpossible."""
    if not EARLIEST <= first <= last <= LATEST:
        raise PeriodImpossible
    return Period(first, last)


def report(*, scope: Scope, codes: Sequence[str] = ()) -> list[Line]:
    """Compute the measures of these codes, or all that can be cut so.

    Raises MeasureUnknown or CutImpossible, and computes none.
    """
    chosen = [get_measure(code=code) for code in dict.fromkeys(codes)]
    found = chosen or [one for one in get_measures().values() if one.allows(scope.cut)]
    for measure in found:
        measure.check(scope.cut)
    return [Line(measure, measure.get_figure(scope)) for measure in found]


def as_document(*, scope: Scope, lines: Sequence[Line]) -> dict[str, Any]:
    """Return a report as plain JSON: ratios unrounded, money as decimal strings, null where
    a figure is not available. `columns` hold what is shown beside the first figure, and `cut`,
    if there is one, what was asked for."""
    cut = slicing.write_cut(cut=scope.cut)
    return {
        "from": scope.period.first.isoformat(),
        "to": scope.period.last.isoformat(),
        **({"cut": cut} if cut else {}),
        "measures": {line.measure.code: _entry(line, scope.currency) for line in lines},
    }


def as_table(*, scope: Scope, lines: Sequence[Line]) -> str:
    """Return a report as text for a terminal: each measure, and beneath it its other columns."""
    period = f"{scope.period.first} – {scope.period.last}"
    heading = period if scope.is_finished else f"{period} ({_('unfinished')})"
    rows = [row for line in lines for row in _rows(line, scope.currency)]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    body = [
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {over}".rstrip() for name, value, over in rows
    ]
    return "\n".join([heading, *body])


def curve_of(groups: Sequence[Group], *, currency: str) -> list[dict[str, Any]]:
    """Return the curve of Lorenz as plain JSON: each group, and where the curve is after it.

    The shares are null where there is no revenue to share.
    """
    points = concentration.get_curve(groups)
    return [
        {
            "members": group.members,
            "revenue": to_number(group.revenue_cents, Unit.MONEY, currency),
            "members_share": point and float(point.members),
            "revenue_share": point and float(point.revenue),
        }
        for group, point in zip_longest(groups, points)
    ]


def to_number(value: Fraction | int | None, unit: Unit, currency: str) -> Any:
    """Return a value for JSON: money exactly as a decimal string, whole numbers as integers."""
    if value is None:
        return None
    if unit == Unit.MONEY:
        return _money(Fraction(value), currency)
    if isinstance(value, int) or (value.denominator == 1 and unit != Unit.SHARE):
        return int(value)
    return float(value)


def to_words(value: Fraction | int | None, unit: Unit, currency: str) -> str:
    """Return a value as a person writes it in the language in force."""
    locale = (get_language() or "en").replace("-", "_")
    if value is None:
        return _("n/a")
    if unit == Unit.SHARE:
        return numbers.format_percent(float(value), format="#,##0.00 %", locale=locale)
    if unit == Unit.MONEY:
        amount = Decimal(_money(Fraction(value), currency))
        return numbers.format_currency(amount, currency, locale=locale)
    return numbers.format_decimal(float(value), format="#,##0.####", locale=locale)


def _entry(line: Line, currency: str) -> dict[str, Any]:
    measure, figure = line.measure, line.figure
    entry: dict[str, Any] = {
        "value": to_number(figure.value, measure.unit, currency),
        "numerator": to_number(figure.numerator, measure.numerator_unit, currency),
        "denominator": to_number(figure.denominator, measure.denominator_unit, currency),
    }
    if figure.columns:
        entry["columns"] = {
            name: to_number(column.value, column.unit, currency)
            for name, column in figure.columns.items()
        }
    return entry


def _rows(line: Line, currency: str) -> Iterator[tuple[str, str, str]]:
    measure, figure = line.measure, line.figure
    value = to_words(figure.value, measure.unit, currency)
    yield str(measure.name), value, over(line, currency)
    if len(figure.columns) <= _MOST_COLUMNS:
        for name, column in figure.columns.items():
            yield f"  {name}", to_words(column.value, column.unit, currency), ""


def over(line: Line, currency: str) -> str:
    if line.figure.denominator is None:
        return ""
    part = to_words(line.figure.numerator, line.measure.numerator_unit, currency)
    under = to_words(line.figure.denominator, line.measure.denominator_unit, currency)
    return f"{part} / {under}"


def _money(cents: Fraction, currency: str) -> str:
    """Whole cents keep the currency's decimals; a quotient keeps 28 significant digits."""
    if cents.denominator == 1:
        return money.to_text(cents=int(cents), currency=currency)
    exact = Decimal(cents.numerator) / Decimal(cents.denominator)
    return f"{exact.scaleb(-money.places(currency=currency)):f}"
