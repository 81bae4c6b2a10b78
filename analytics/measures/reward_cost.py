from django.utils.translation import gettext_lazy as _

from analytics import costs
from analytics.figures import Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    return tally(drill(scope).get_total())


def drill(scope: Scope) -> Drill:
    return costs.given(scope)


MEASURE = Measure(
    code="reward_cost",
    family=Family.PROGRAMME,
    name=_("Reward cost"),
    definition=_(
        "What the rewards given in the period were worth on the day they were given: vouchers, "
        "taken for points or given by a rule, used or not, and what points paid at tills. A "
        "redemption that is cancelled, or points given back, lower it on that day. A reward "
        "without a worth counts nothing."
    ),
    numerator_name=_("Worth of the rewards given, less those taken back"),
    denominator_name=None,
    unit=Unit.MONEY,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        vouchers=(
            ("Ada", "2026-01-31", 500),
            ("Ada", "2026-02-01", 500),
            ("Bea", "2026-02-28", 280),
            ("Bea", "2026-03-01", 1_400),
        ),
        expected=tally(780),
    ),
)
