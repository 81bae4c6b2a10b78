from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cohorts
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope

_COHORTS, _MONTHS = 12, 12


def compute(scope: Scope) -> Figure:
    figure = ratio(count(cohorts.members_of_next_month(scope)), count(cohorts.members_of(scope)))
    return replace(figure, drawn=_drawn(cohorts.get_cohorts(scope=scope)))


def _drawn(table: Mapping[date, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """The last cohorts and their first months: what a page has room for."""
    return {
        month.isoformat(): (len(table[month]), *table[month][:_MONTHS])
        for month in sorted(table)[-_COHORTS:]
    }


def drill(scope: Scope) -> Drill:
    return members(cohorts.members_of_next_month(scope))


MEASURE = Measure(
    code="cohort_retention",
    family=Family.RETENTION,
    name=_("Cohort retention"),
    definition=_(
        "Of the members whose first purchase falls in the month before one of the period's, the "
        "share who bought in the month after that of their first purchase: in October, of those "
        "who came first in September. Only whole months count that are over by the end of the "
        "period. The table follows each month's cohort through all months since."
    ),
    numerator_name=_("Members who bought in the month after their first"),
    denominator_name=_("Members first seen in the month before"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-05", 1000),
            ("Ada", "2026-02-03", 1000),
            ("Bea", "2026-01-20", 1000),
            ("Bea", "2026-03-04", 1000),
            ("Cid", "2026-02-11", 1000),
            ("Cid", "2026-03-11", 1000),
        ),
        expected=Figure(Fraction(1, 2), 1, 2),
    ),
)
