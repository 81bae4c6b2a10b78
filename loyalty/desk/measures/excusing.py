"""Why there is no figure: what was missing, in a sentence."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.figures import Figure
from analytics.models import MoneySettings, Survey, SurveyKind
from analytics.scopes import Scope
from loyalty.desk.measures.series import Series

_SURVEYS = {"nps": SurveyKind.NPS, "csat": SurveyKind.CSAT, "ces": SurveyKind.CES}
# Why, where there is but one reason.
_REASONS: Mapping[str, Promise] = {
    "basket_growth": gettext_lazy("Nobody bought both in this period and in the one before."),
    "breakage": gettext_lazy("Points must have been followed for a year first, and some used."),
    "campaign_uplift": gettext_lazy("No campaign with a holdout group ran in this period."),
    "clv_predicted": gettext_lazy(
        "The forecast is of the last days alone, once 30 members have come back."
    ),
    "cohort_retention": gettext_lazy(
        "Nobody came first in the month before a month of this period that is over."
    ),
    "first_response_hours": gettext_lazy("No request was answered in this period."),
    "median_gap_days": gettext_lazy("Nobody bought for a second time in this period."),
    "reopened_rate": gettext_lazy("No request was resolved in this period."),
    "resolution_hours": gettext_lazy("No request was resolved in this period."),
    "pareto_share": gettext_lazy("Members bought nothing in this period."),
}


def get_reasons(series: Iterable[Series]) -> dict[str, str]:
    """Return by code why measures that could be told have no figure. Two statements at most."""
    missing = [one for one in series if one.now is not None and one.value is None]
    asked = _get_asked() if any(_was_nobody_asked(one) for one in missing) else frozenset()
    return {one.measure.code: _reason(one, asked) for one in missing}


def _reason(series: Series, asked: frozenset[str]) -> str:
    code, figure = series.measure.code, series.now.figure if series.now else Figure(None)
    if figure == Figure(None) and series.scope.cut.segment is not None:
        return _("This segment did not exist yet in this period.")
    if code in _SURVEYS:
        return _of_answers(figure, series.scope, is_asked=_SURVEYS[code] in asked)
    if code in _OTHERS:
        return _OTHERS[code](figure, series.scope)
    if code in _REASONS:
        return str(_REASONS[code])
    return _of_nothing(series)


def _get_asked() -> frozenset[str]:
    """Return the kinds of questions that a survey asks, or did."""
    return frozenset(Survey.objects.values_list("kind", flat=True).distinct())


def _was_nobody_asked(series: Series) -> bool:
    figure = series.now.figure if series.now else Figure(None)
    return series.measure.code in _SURVEYS and not figure.denominator and not _asked(figure)


def _of_answers(figure: Figure, scope: Scope, *, is_asked: bool) -> str:
    answers, asked = figure.denominator or 0, _asked(figure)
    if answers:
        said = ngettext(
            "%(count)s answer: too few. A score is shown from %(least)s on.",
            "%(count)s answers: too few. A score is shown from %(least)s on.",
            answers,
        )
        return said % {"count": answers, "least": scope.least_answers}
    if asked:
        said = ngettext(
            "Nobody has answered: %(count)s member was asked.",
            "Nobody has answered: %(count)s members were asked.",
            asked,
        )
        return said % {"count": asked}
    if is_asked:
        return _("Nobody was asked in this period.")
    return _("No survey asks this yet: write one under Surveys.")


def _asked(figure: Figure) -> int:
    column = figure.columns.get("asked")
    return int(column.value or 0) if column else 0


def _of_pairs(figure: Figure, _scope: Scope) -> str:
    if figure.denominator:
        return _("No two categories were bought by enough of the same members.")
    return _("Nobody bought anything of a category in this period.")


def _of_budget(_figure: Figure, scope: Scope) -> str:
    return _("No budget is planned for %(year)s.") % {"year": scope.as_of.year}


def _of_return(figure: Figure, _scope: Scope) -> str:
    margin = figure.columns.get("incremental_margin")
    if margin is not None and margin.value is not None:
        return _("The programme cost nothing in this period.")
    if MoneySettings.objects.exclude(margin_percent=None).exists():
        return _("No campaign with a holdout group could be compared in this period.")
    return _("Needs a margin rate in the settings, and a campaign with a holdout group.")


def _of_nothing(series: Series) -> str:
    """Of a share: what it is a share of is not there."""
    what = series.measure.denominator_name
    if what is None:
        return _("There is nothing to measure in this period.")
    return _("Nothing to measure: “%(what)s” is 0.") % {"what": what}


_OTHERS: Mapping[str, Callable[[Figure, Scope], str]] = {
    "cross_sell_pairs": _of_pairs,
    "budget": _of_budget,
    "programme_roi": _of_return,
}
