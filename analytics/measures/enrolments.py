from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics import cutting
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.queries import as_subquery
from analytics.scopes import EVERY_WAY, Dimension, Scope
from members.models import Member


def compute(scope: Scope) -> Figure:
    enrolled = _enrolled(scope).count()
    left = Member.objects.filter(closed_at__gte=scope.start_at, closed_at__lt=scope.end_at)
    closed = _cut(left, scope).count()
    columns = {
        "closed": Column(closed, Unit.MEMBERS),
        "net": Column(enrolled - closed, Unit.MEMBERS),
    }
    return tally(enrolled, columns)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_enrolled(scope)),))


def _enrolled(scope: Scope) -> QuerySet[Member]:
    joined = Member.objects.filter(enrolled_at__gte=scope.start_at, enrolled_at__lt=scope.end_at)
    return _cut(joined, scope)


def _cut(members: QuerySet[Member], scope: Scope) -> QuerySet[Member]:
    """A member's store is that of the enrolment."""
    if scope.cut.store_id is not None:
        members = members.filter(store=scope.cut.store_id)
    if found := cutting.whose(scope):
        members = members.filter(pk__in=as_subquery(found))
    return members


MEASURE = Measure(
    code="enrolments",
    family=Family.PROGRAMME,
    name=_("Enrolments"),
    definition=_(
        "Members enrolled in the period. Beside it, net of those who left in it. A store is that "
        "of the enrolment."
    ),
    numerator_name=_("Members enrolled"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=EVERY_WAY - {Dimension.CHANNEL},
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(("Ada", "2026-01-31"), ("Bea", "2026-02-01"), ("Cid", "2026-02-28")),
        expected=tally(2, {"closed": Column(0, Unit.MEMBERS), "net": Column(2, Unit.MEMBERS)}),
    ),
)
