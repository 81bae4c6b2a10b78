"""What clients are answered about measures. Plain dictionaries, money as decimal strings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analytics import concentration, reporting, slicing
from analytics.api.asking import Question
from analytics.figures import Unit
from analytics.keeping import Asked, Kept
from analytics.measuring import Measure
from analytics.models import Fit
from analytics.periods import Period
from analytics.scopes import Dimension, Scope
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


def of_grid(*, kept: Kept, scope: Scope, book: Rulebook) -> dict[str, Any]:
    """Return how many members have each score, of a figure of `rfm`."""
    figure = kept.figure
    return {
        "at": scope.as_of.isoformat(),
        "cut": slicing.write_cut(cut=scope.cut),
        "scoring": scope.rfm_scoring.lower(),
        "members": figure.numerator,
        "scores": {score: column.value for score, column in figure.columns.items()},
        **_known(kept, book),
    }


def of_cohorts(
    *, table: Mapping[date, Sequence[int]], scope: Scope, is_finished: bool, book: Rulebook
) -> dict[str, Any]:
    """Return the buyers of each cohort, month by month."""
    return {
        "at": scope.as_of.isoformat(),
        "cut": slicing.write_cut(cut=scope.cut),
        "cohorts": [
            {"month": f"{month:%Y-%m}", "buyers": list(buyers)}
            for month, buyers in sorted(table.items())
        ],
        "is_finished": is_finished,
        "computed_at": moment_of(scope.at, book),
    }


def of_curve(*, kept: Kept, question: Question, book: Rulebook) -> dict[str, Any]:
    """Return the curve of a figure of `pareto_share`: each group, and where the curve is then."""
    return {
        "from": question.period.first.isoformat(),
        "to": question.period.last.isoformat(),
        "currency": book.currency,
        "cut": slicing.write_cut(cut=question.cut),
        "groups": reporting.curve_of(concentration.groups_of(kept.figure), currency=book.currency),
        **_known(kept, book),
    }


def of_fit(*, fit: Fit, book: Rulebook) -> dict[str, Any]:
    """Return what explained best, up to a day, what members bought, and what it expects."""
    spending = {
        "p": fit.p,
        "q": fit.q,
        "v": fit.v,
        "log_likelihood": fit.value_log_likelihood,
    }
    return {
        "as_of": fit.as_of.isoformat(),
        "fitted_at": moment_of(fit.fitted_at, book),
        "members": fit.members,
        "repeaters": fit.repeaters,
        "buying": {
            "r": fit.r,
            "alpha": fit.alpha,
            "a": fit.a,
            "b": fit.b,
            "log_likelihood": fit.log_likelihood,
        },
        "spending": None if fit.p is None else spending,
        "outlook": {
            "members": fit.told,
            "alive": fit.alive,
            "days": fit.expected_days,
            "revenue": reporting.to_number(fit.expected_cents, Unit.MONEY, book.currency),
        },
        "trial": fit.trial,
    }


def _known(kept: Kept, book: Rulebook) -> dict[str, Any]:
    return {
        "is_finished": kept.is_finished,
        "computed_at": moment_of(kept.computed_at, book),
        "revised_at": moment_of(kept.revised_at, book) if kept.revised_at else None,
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
        **_known(kept, book),
    }
