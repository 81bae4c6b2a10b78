from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, costs
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    return ratio(drill(scope).get_total(), count(buyers.kept(scope)))


def drill(scope: Scope) -> Drill:
    return costs.all_costs(scope)


MEASURE = Measure(
    code="retention_cost",
    family=Family.PROGRAMME,
    name=_("Cost per member kept"),
    definition=_(
        "What the programme cost in the period, rewards included, over the members who bought in "
        "the previous period and again in this one."
    ),
    numerator_name=_("Costs entered and rewards given"),
    denominator_name=_("Members who bought in both periods"),
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
            ("Bea", "2026-01-11", 1_000),
            ("Ada", "2026-02-10", 1_000),
            ("Bea", "2026-02-11", 1_000),
            ("Cid", "2026-02-12", 1_000),
        ),
        costs=(("STAFF", "2026-02-01", "2026-02-01", 901),),
        expected=Figure(Fraction(901, 2), 901, 2),
    ),
)
