from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import Scope
from members.models import Member


def compute(scope: Scope) -> Figure:
    enrolled = _enrolled(scope).count()
    closed = Member.objects.filter(
        closed_at__gte=scope.start_at, closed_at__lt=scope.end_at
    ).count()
    columns = {
        "closed": Column(closed, Unit.MEMBERS),
        "net": Column(enrolled - closed, Unit.MEMBERS),
    }
    return tally(enrolled, columns)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_enrolled(scope)),))


def _enrolled(scope: Scope) -> QuerySet[Member]:
    return Member.objects.filter(enrolled_at__gte=scope.start_at, enrolled_at__lt=scope.end_at)


MEASURE = Measure(
    code="enrolments",
    family=Family.PROGRAMME,
    name=_("Enrolments"),
    definition=_("Members enrolled in the period. Beside it, net of those who left in it."),
    numerator_name=_("Members enrolled"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(("Ada", "2026-01-31"), ("Bea", "2026-02-01"), ("Cid", "2026-02-28")),
        expected=tally(2, {"closed": Column(0, Unit.MEMBERS), "net": Column(2, Unit.MEMBERS)}),
    ),
)
