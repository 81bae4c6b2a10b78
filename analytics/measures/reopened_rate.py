from django.utils.translation import gettext_lazy as _

from analytics.cases import cases_in
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    resolved = cases_in(scope, "first_resolved_at")
    return ratio(resolved.filter(reopened__gt=0).count(), resolved.count())


def drill(scope: Scope) -> Drill:
    return Drill((Rows(cases_in(scope, "first_resolved_at").filter(reopened__gt=0)),))


MEASURE = Measure(
    code="reopened_rate",
    family=Family.LISTENING,
    name=_("Reopened requests"),
    definition=_(
        "Of the requests that were resolved for the first time in the period, the share that was "
        "reopened since, by the member or by staff. Of a period that has just ended it may still "
        "grow."
    ),
    numerator_name=_("Requests reopened since"),
    denominator_name=_("Requests resolved for the first time"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.CASES,
    denominator_unit=Unit.CASES,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        cases=(
            ("Ada", "QUESTION", "2026-01-29", "", "2026-01-30", True),
            ("Ada", "COMPLAINT", "2026-01-30", "", "2026-02-04", False),
            ("Bea", "QUESTION", "2026-02-03", "", "2026-02-05", True),
        ),
        expected=ratio(1, 2),
    ),
)
