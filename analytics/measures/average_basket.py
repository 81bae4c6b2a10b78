from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring, tallies
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    sales = tallies.get_sales(scope.period, cutting.where(scope))
    gross = Column(share_of(sales.gross_cents, sales.receipts), Unit.MONEY)
    return ratio(sales.revenue_cents, sales.receipts, {"before_returns": gross})


def drill(scope: Scope) -> Drill:
    return measuring.revenue(scope)


MEASURE = Measure(
    code="average_basket",
    family=Family.VALUE,
    name=_("Average basket"),
    definition=_(
        "Revenue of the period per receipt, of members alone. Receipts of 0 count. What was "
        "returned in the period is taken off; beside it, the basket before that."
    ),
    numerator_name=_("Revenue of the receipts"),
    denominator_name=_("Receipts of members"),
    unit=Unit.MONEY,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.MONEY,
    denominator_unit=Unit.RECEIPTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-02-03", 2999),
            ("Ada", "2026-02-03", 0),
            ("Bea", "2026-02-28", 1001),
            ("Bea", "2026-03-01", 9999),
        ),
        returns=(("Ada", "2026-02-03", "2026-02-10", 999),),
        expected=Figure(
            Fraction(3001, 3),
            3001,
            3,
            {"before_returns": Column(Fraction(4000, 3), Unit.MONEY)},
        ),
    ),
)
