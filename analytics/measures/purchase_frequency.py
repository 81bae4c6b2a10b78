from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring, tallies
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    sales = tallies.get_sales(scope.period, cutting.where(scope))
    return ratio(sales.receipts, sales.buyers)


def drill(scope: Scope) -> Drill:
    return measuring.receipts(scope)


MEASURE = Measure(
    code="purchase_frequency",
    family=Family.RETENTION,
    name=_("Purchase frequency"),
    definition=_("Receipts of the period per member who bought in it."),
    numerator_name=_("Receipts of members"),
    denominator_name=_("Members who bought in the period"),
    unit=Unit.NUMBER,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.RECEIPTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-02-03", 1000),
            ("Ada", "2026-02-03", 0),
            ("Bea", "2026-02-19", 1000),
            ("Bea", "2026-03-01", 1000),
        ),
        expected=Figure(Fraction(3, 2), 3, 2),
    ),
)
