from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    sales = cutting.get_sales_to_date(scope)
    gross = Column(share_of(sales.gross_cents, sales.buyers), Unit.MONEY)
    return ratio(sales.revenue_cents, sales.buyers, {"before_returns": gross})


def drill(scope: Scope) -> Drill:
    return measuring.revenue_to_date(scope)


MEASURE = Measure(
    code="clv_historic",
    family=Family.VALUE,
    name=_("Customer lifetime value to date"),
    definition=_(
        "Revenue from the first day to the end of the period, less what was returned, per member "
        "who ever bought by then. Beside it, the same before returns."
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
        returns=(("Ada", "2025-09-01", "2026-02-10", 300),),
        expected=Figure(
            Fraction(1600), 3200, 2, {"before_returns": Column(Fraction(1750), Unit.MONEY)}
        ),
    ),
)
