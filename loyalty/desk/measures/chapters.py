"""The chapters of the measures: each family is one, and what is in it says the registry."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.measures.registry import get_measures
from analytics.measuring import Family, Measure
from analytics.scopes import Scope
from loyalty.desk.measures import naming, telling
from loyalty.desk.measures.series import get_series
from loyalty.desk.measures.telling import Told


@dataclass(frozen=True)
class Chapter:
    """One family of measures: those that can be told of the page's cut, and those that cannot."""

    slug: str
    title: str
    question: str
    told: Sequence[Told]
    untold: Sequence[Told]


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
    return [measure for measure in get_measures().values() if measure.family == family]


def get_chapter(*, family: Family, scope: Scope) -> Chapter:
    """Return every measure of a family, with what it was before and over the last periods."""
    found = [
        telling.tell(series=series)
        for series in get_series(measures=measures_of(family), scope=scope)
    ]
    return Chapter(
        slug=slug_of(family),
        title=naming.title_of(family),
        question=naming.question_of(family),
        told=[one for one in found if one.is_told],
        untold=[one for one in found if not one.is_told],
    )
