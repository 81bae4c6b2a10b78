from django.utils.translation import gettext_lazy as _

from analytics import costs
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure
from analytics.models import CostCategory
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    found = costs.get_by_category(scope)
    columns = {category.lower(): Column(cents, Unit.MONEY) for category, cents in found.items()}
    return tally(sum(found.values()), columns)


def drill(scope: Scope) -> Drill:
    return costs.all_costs(scope)


_SPENT = {CostCategory.PROMOTION: 1_400, CostCategory.STAFF: 5_000, CostCategory.REWARDS: 500}

MEASURE = Measure(
    code="programme_cost",
    family=Family.PROGRAMME,
    name=_("Programme cost"),
    definition=_(
        "The rewards given in the period, by their worth, and the costs entered for its days, by "
        "category. A cost over several days counts evenly on each of them."
    ),
    numerator_name=_("Costs entered and rewards given"),
    denominator_name=None,
    unit=Unit.MONEY,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        vouchers=(("Ada", "2026-02-10", 500),),
        costs=(
            ("STAFF", "2026-02-28", "2026-02-28", 5_000),
            ("PROMOTION", "2026-02-15", "2026-03-14", 2_800),
            ("SERVICE", "2026-03-01", "2026-03-01", 9_900),
        ),
        expected=tally(
            6_900,
            {
                category.lower(): Column(_SPENT.get(category, 0), Unit.MONEY)
                for category in CostCategory
            },
        ),
    ),
)
