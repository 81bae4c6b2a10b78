from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics import cutting
from analytics.figures import Column, Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.queries import as_subquery
from analytics.scopes import OF_MEMBERS, Scope
from members.models import Member, Referral, ReferralState


def compute(scope: Scope) -> Figure:
    columns = {"rewarded": Column(_rewarded(scope).count(), Unit.MEMBERS)}
    return ratio(_referred(scope).count(), _enrolled(scope).count(), columns)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_referred(scope)),))


def _enrolled(scope: Scope) -> QuerySet[Member]:
    found = cutting.whose(scope)
    joined = Member.objects.filter(enrolled_at__gte=scope.start_at, enrolled_at__lt=scope.end_at)
    return joined.filter(pk__in=as_subquery(found)) if found else joined


def _referred(scope: Scope) -> QuerySet[Member]:
    standing = (ReferralState.PENDING, ReferralState.CONFIRMED)
    return _enrolled(scope).filter(referral__state__in=standing)


def _rewarded(scope: Scope) -> QuerySet[Referral]:
    """Referrals that gave the referrer something in the period, by the friend who joined."""
    found = cutting.whose(scope)
    ended = Referral.objects.filter(
        state=ReferralState.CONFIRMED,
        why="",
        ended_at__gte=scope.start_at,
        ended_at__lt=scope.end_at,
    )
    return ended.filter(friend__in=as_subquery(found)) if found else ended


MEASURE = Measure(
    code="referral_rate",
    family=Family.PROGRAMME,
    name=_("Referral rate"),
    definition=_(
        "Of the members enrolled in the period, the share whom another member brought; what was "
        "refused or called off does not count. Beside it, how many referrals gave the referrer "
        "a reward in the period."
    ),
    numerator_name=_("Members brought by another"),
    denominator_name=_("Members enrolled"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(("Ada", "2026-01-05"), ("Bea", "2026-02-06"), ("Cid", "2026-02-07")),
        referrals=(("Ada", "Bea", "2026-02-06"),),
        expected=Figure(Fraction(1, 2), 1, 2, {"rewarded": Column(0, Unit.MEMBERS)}),
    ),
)
