"""Measures in words, with what stands beside each: why there is no figure, what the sector has."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from analytics.figures import Figure
from analytics.pairs import JOINT
from analytics.scopes import Scope
from loyalty.desk.measures import excusing, naming, saying, sectors, telling
from loyalty.desk.measures.series import Series
from loyalty.desk.measures.telling import Told
from loyalty.programmes.models import Category

PAIRS = "cross_sell_pairs"


def tell(series: Iterable[Series], *, currency: str) -> list[Told]:
    """Return measures in words, in their order. Three statements at most."""
    series = list(series)
    reasons = excusing.get_reasons(series)
    codes = [one.measure.code for one in series]
    known = sectors.get_latest(codes=codes, currency=currency)
    names = get_categories() if PAIRS in codes else {}
    return [
        replace(
            telling.tell(series=one),
            why=reasons.get(one.measure.code, ""),
            sector=known.get(one.measure.code, ""),
            about=get_about(one, names),
        )
        for one in series
    ]


def get_categories() -> Mapping[str, str]:
    """Return what each category is called, by code."""
    return dict(Category.objects.values_list("code", "name"))


def get_about(series: Series, names: Mapping[str, str]) -> str:
    """Return which two categories a figure is of, or what it is of the best fifth, if it says."""
    if series.now is None:
        return ""
    if series.measure.code != PAIRS:
        return _of_best(series.now.figure, series.scope)
    best = next((code for code in series.now.figure.columns if JOINT in code), "")
    return naming.column_of(best, names) if best else ""


def _of_best(figure: Figure, scope: Scope) -> str:
    """Return what a figure is of those who bring most: nothing where the whole is unknown."""
    of_best = figure.columns.get("of_best")
    if of_best is None or figure.value is None:
        return ""
    said = saying.say(of_best.value, of_best.unit, scope.currency)
    return _("%(value)s among the best fifth of buyers") % {"value": said}
