"""What clients are answered about measures. Plain dictionaries, money as decimal strings."""

from collections.abc import Mapping
from typing import Any

from analytics import reporting, slicing
from analytics.api.asking import Question
from analytics.keeping import Asked, Kept
from analytics.measuring import Measure
from analytics.periods import Period
from analytics.scopes import Dimension
from loyalty.programmes.rulebook import Rulebook
from members.api.answers import moment_of


def of_measure(*, measure: Measure) -> dict[str, Any]:
    """Return a measure in words of the language in force. Asks no database."""
    under = measure.denominator_name
    return {
        "code": measure.code,
        "family": measure.family.lower(),
        "name": str(measure.name),
        "definition": str(measure.definition),
        "unit": measure.unit.lower(),
        "direction": measure.direction.lower(),
        "numerator": str(measure.numerator_name),
        "denominator": None if under is None else str(under),
        "cuts": [name.value for name in Dimension if name in measure.cuts],
    }


def of_report(
    *, measure: Measure, question: Question, kept: Mapping[Asked, Kept], book: Rulebook
) -> dict[str, Any]:
    """Return what a question about a measure comes to."""

    def figure(period: Period) -> dict[str, Any] | None:
        found = kept.get(Asked(measure.code, period, question.cut))
        return _figure(measure, period, found, book) if found else None

    return {
        "measure": of_measure(measure=measure),
        "currency": book.currency,
        "cut": slicing.write_cut(cut=question.cut),
        "figure": figure(question.period),
        "compared": {name: figure(period) for name, period in question.compared.items()},
        "series": [figure(period) for period in question.months],
    }


def _figure(measure: Measure, period: Period, kept: Kept, book: Rulebook) -> dict[str, Any]:
    figure, currency = kept.figure, book.currency
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "value": reporting.to_number(figure.value, measure.unit, currency),
        "numerator": reporting.to_number(figure.numerator, measure.numerator_unit, currency),
        "denominator": reporting.to_number(figure.denominator, measure.denominator_unit, currency),
        "columns": {
            name: {
                "value": reporting.to_number(column.value, column.unit, currency),
                "unit": column.unit.lower(),
            }
            for name, column in figure.columns.items()
        },
        "is_finished": kept.is_finished,
        "computed_at": moment_of(kept.computed_at, book),
        "revised_at": moment_of(kept.revised_at, book) if kept.revised_at else None,
    }
