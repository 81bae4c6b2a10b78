from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics.cases import cases_in, median_hours
from analytics.figures import Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    return median_hours(cases_in(scope, "first_answered_at"), "answer_minutes")


def drill(scope: Scope) -> Drill:
    return Drill((Rows(cases_in(scope, "first_answered_at")),))


MEASURE = Measure(
    code="first_response_hours",
    family=Family.LISTENING,
    name=_("Hours to first answer"),
    definition=_(
        "The median of working hours from the opening of a request to its first answer, of all "
        "that were first answered in the period. Working hours are those that were set when it "
        "was answered."
    ),
    numerator_name=_("Requests first answered"),
    denominator_name=None,
    unit=Unit.HOURS,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.CASES,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        # Nine hours a day from Monday to Friday: of a Friday's noon and a Monday's, nine too.
        cases=(
            ("Ada", "QUESTION", "2026-01-29", "2026-01-30", "", False),
            ("Ada", "COMPLAINT", "2026-01-30", "2026-02-02", "", False),
            ("Bea", "QUESTION", "2026-02-03", "2026-02-05", "", False),
            ("Bea", "QUESTION", "2026-02-27", "", "", False),
        ),
        expected=Figure(Fraction(27, 2), 2),
    ),
)
