from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    sales = cutting.get_sales_to_date(scope)
    return ratio(sales.revenue_cents, sales.buyers)


def drill(scope: Scope) -> Drill:
    return measuring.revenue_to_date(scope)


MEASURE = Measure(
    code="clv_historic",
    family=Family.VALUE,
    name=_("Customer lifetime value to date"),
    definition=_(
        "Revenue from the first day to the end of the period, less what was returned, per member "
        "who ever bought by then."
    ),
    numerator_name=_("Revenue to date"),
    denominator_name=_("Members who ever bought"),
    unit=Unit.MONEY,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2025-09-01", 1000),
            ("Bea", "2026-01-31", 2000),
            ("Bea", "2026-02-19", 500),
            ("Cid", "2026-03-01", 9900),
        ),
        expected=Figure(Fraction(1750), 3500, 2),
    ),
)
