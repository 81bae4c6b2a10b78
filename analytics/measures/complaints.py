from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.cases import cases_in
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope
from members.models import Case, CaseKind


def compute(scope: Scope) -> Figure:
    columns = {"requests": Column(cases_in(scope, "opened_at").count(), Unit.CASES)}
    if best := scope.of_best:
        columns["of_best"] = Column(_complaints(best).count(), Unit.CASES)
    return tally(_complaints(scope).count(), columns)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_complaints(scope)),))


def _complaints(scope: Scope) -> QuerySet[Case]:
    return cases_in(scope, "opened_at").filter(kind=CaseKind.COMPLAINT)


MEASURE = Measure(
    code="complaints",
    family=Family.LISTENING,
    name=_("Complaints"),
    definition=_(
        "Complaints of members that were opened in the period, on their own pages or by staff. "
        "Beside them all requests, questions and missing points included, and the complaints of "
        "the fifth of buyers who brought most to date."
    ),
    numerator_name=_("Complaints opened"),
    denominator_name=None,
    unit=Unit.CASES,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.CASES,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(("Ada", "2026-01-10", 9000), ("Bea", "2026-01-10", 1000)),
        cases=(
            ("Ada", "COMPLAINT", "2026-01-31", "", "", False),
            ("Ada", "COMPLAINT", "2026-02-02", "", "", False),
            ("Bea", "COMPLAINT", "2026-02-28", "", "", False),
            ("Bea", "QUESTION", "2026-02-28", "", "", False),
        ),
        expected=tally(2, {"requests": Column(3, Unit.CASES), "of_best": Column(1, Unit.CASES)}),
    ),
)
