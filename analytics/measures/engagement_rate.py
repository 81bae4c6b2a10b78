from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import activities, belonging
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    return ratio(count(activities.engaged(scope)), count(belonging.open_members(scope)))


def drill(scope: Scope) -> Drill:
    return members(activities.engaged(scope))


MEASURE = Measure(
    code="engagement_rate",
    family=Family.PROGRAMME,
    name=_("Engagement rate"),
    definition=_(
        "Of the members who are in the programme at the end of the period, the share who did "
        "something in it: earned or redeemed points, signed in to their pages, answered a survey "
        "or brought another member."
    ),
    numerator_name=_("Members who did something"),
    denominator_name=_("Members of the programme"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(
            ("Ada", "2026-01-05"),
            ("Bea", "2026-01-06"),
            ("Cid", "2026-01-07"),
            ("Dee", "2026-02-08"),
            ("Eve", "2026-03-01"),
        ),
        points=(("Ada", "2026-02-28", 10), ("Bea", "2026-01-31", 10), ("Eve", "2026-03-01", 10)),
        referrals=(("Cid", "Dee", "2026-02-08"),),
        answers=(("Dee", "2026-02-10", 3), ("Bea", "2026-01-31", 5), ("Eve", "2026-03-02", 5)),
        expected=Figure(Fraction(3, 4), 3, 4),
    ),
)
