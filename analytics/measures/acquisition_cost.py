from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, costs
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure
from analytics.models import CostCategory
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    return ratio(drill(scope).get_total(), count(buyers.first_seen(scope)))


def drill(scope: Scope) -> Drill:
    return Drill((costs.entered_so_far(scope, CostCategory.ACQUISITION),))


MEASURE = Measure(
    code="acquisition_cost",
    family=Family.PROGRAMME,
    name=_("Cost per new buyer"),
    definition=_(
        "The costs of finding members that fall in the period, over the members whose first "
        "purchase falls in it."
    ),
    numerator_name=_("Costs of finding members"),
    denominator_name=_("Members whose first purchase falls in the period"),
    unit=Unit.MONEY,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-10", 1_000),
            ("Ada", "2026-02-10", 1_000),
            ("Bea", "2026-02-11", 1_000),
            ("Cid", "2026-02-12", 1_000),
            ("Cid", "2026-02-13", 1_000),
        ),
        costs=(
            ("ACQUISITION", "2026-01-31", "2026-02-01", 2_000),
            ("STAFF", "2026-02-01", "2026-02-01", 900),
        ),
        expected=Figure(Fraction(500), 1_000, 2),
    ),
)
