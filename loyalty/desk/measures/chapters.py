"""The chapters of the measures: each family is one, and what is in it says the registry."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.measures.registry import get_measures
from analytics.measuring import Family, Measure
from analytics.scopes import Scope
from loyalty.desk.measures import beside, drawing, naming
from loyalty.desk.measures.drawing import Drawings
from loyalty.desk.measures.series import Series, get_series
from loyalty.desk.measures.telling import Told

_FIRST = (
    *("retention_rate", "churn_rate", "repeat_purchase_rate", "purchase_frequency"),
    *("active_members", "declining_members", "lost_members", "reactivated"),
    *("clv_historic", "clv_predicted", "average_basket", "pareto_share"),
    *("points_flow", "redemption_rate", "points_liability", "breakage", "programme_cost"),
    *("programme_roi", "reward_cost", "participation_rate", "enrolments"),
    *("nps", "csat", "ces", "complaints"),
)


@dataclass(frozen=True)
class Chapter:
    """One family of measures: those that can be told of the page's cut, and those that cannot."""

    slug: str
    title: str
    question: str
    told: Sequence[Told]
    untold: Sequence[Told]
    drawings: Drawings


def slug_of(family: Family) -> str:
    return family.value.lower()


def get_families() -> list[Family]:
    """Return the families in which there is a measure, in their order."""
    kept = {measure.family for measure in get_measures().values()}
    return [family for family in Family if family in kept]


def find(*, slug: str) -> Family | None:
    """Return the family that an address names, or None."""
    return next((family for family in get_families() if slug_of(family) == slug), None)


def measures_of(family: Family) -> list[Measure]:
    """Return the measures of a family: those that answer its question first, the rest by code."""
    mine = [measure for measure in get_measures().values() if measure.family == family]
    return sorted(mine, key=lambda measure: _place(measure.code))


def _place(code: str) -> int:
    return _FIRST.index(code) if code in _FIRST else len(_FIRST)


def get_chapter(*, family: Family, scope: Scope) -> Chapter:
    """Return every measure of a family, with what it was before and over the last periods."""
    series = get_series(measures=measures_of(family), scope=scope)
    drawings = drawing.draw(series=series, scope=scope)
    found = beside.tell(
        [one for one in series if not _says_nothing(one, drawings)], currency=scope.currency
    )
    return Chapter(
        slug=slug_of(family),
        title=naming.title_of(family),
        question=naming.question_of(family),
        told=[one for one in found if one.is_told],
        untold=[one for one in found if not one.is_told],
        drawings=drawings,
    )


def _says_nothing(series: Series, drawings: Drawings) -> bool:
    """Cohorts are a table: without a figure, of who came the month before, they need no card."""
    is_drawn = drawings.matrix is not None and bool(drawings.matrix.rows)
    return series.measure.code == "cohort_retention" and is_drawn and series.value is None
