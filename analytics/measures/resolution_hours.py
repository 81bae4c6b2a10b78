from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.cases import cases_in, median_hours
from analytics.figures import Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope
from members.models import Case


def compute(scope: Scope) -> Figure:
    return median_hours(_resolved(scope), "resolution_minutes")


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_resolved(scope)),))


def _resolved(scope: Scope) -> QuerySet[Case]:
    """Whatever ended because its member was erased, nobody resolved."""
    return cases_in(scope, "resolved_at").filter(resolution_minutes__isnull=False)


MEASURE = Measure(
    code="resolution_hours",
    family=Family.LISTENING,
    name=_("Hours to resolution"),
    definition=_(
        "The median of working hours from the opening of a request to its end, of all that were "
        "resolved in the period and have stayed so: one that is reopened counts when it is "
        "resolved again. Working hours are those that were set at that moment."
    ),
    numerator_name=_("Requests resolved"),
    denominator_name=None,
    unit=Unit.HOURS,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.CASES,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        cases=(
            ("Ada", "QUESTION", "2026-01-29", "", "2026-01-30", False),
            ("Ada", "COMPLAINT", "2026-01-30", "2026-02-02", "2026-02-04", False),
            ("Bea", "QUESTION", "2026-02-03", "", "2026-02-05", True),
        ),
        expected=Figure(Fraction(27), 1),
    ),
)
