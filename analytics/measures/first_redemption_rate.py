from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import spending
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    return ratio(count(spending.soon_redeemers(scope)), count(spending.first_earners(scope)))


def drill(scope: Scope) -> Drill:
    return members(spending.soon_redeemers(scope))


MEASURE = Measure(
    code="first_redemption_rate",
    family=Family.PROGRAMME,
    name=_("First redemption within 90 days"),
    definition=_(
        "Of the members who earned points for the first time at least 90 days before the end of "
        "the period, the share who had redeemed some by 90 days after that day. A redemption "
        "that was cancelled later counts."
    ),
    numerator_name=_("Members who redeemed within 90 days"),
    denominator_name=_("Members who first earned 90 days ago or more"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-03-31")),
        points=(
            ("Ada", "2025-12-31", 100),
            ("Ada", "2026-03-31", -30),
            ("Bea", "2025-12-30", 100),
            ("Bea", "2026-03-31", -30),
            ("Cid", "2026-01-01", 100),
            ("Cid", "2026-01-02", -30),
        ),
        expected=Figure(Fraction(1, 2), 1, 2),
    ),
)
