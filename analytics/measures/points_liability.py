from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import liabilities, points, vintages
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    found = liabilities.get_liability(scope)
    columns = {
        "cents_per_point": Column(found.cents_each, Unit.NUMBER),
        "gross": Column(found.gross_cents, Unit.MONEY),
        "breakage": Column(found.breakage, Unit.SHARE),
        "debt": Column(liabilities.get_debt(scope), Unit.POINTS),
    }
    columns |= {
        f"{month:%Y-%m}": Column(left, Unit.POINTS) for month, left in found.points.items() if left
    }
    return Figure(found.cents, found.total, None, columns)


def drill(scope: Scope) -> Drill:
    return Drill(
        (Rows(vintages.movements(scope), "effect"), Rows(points.due_lots(scope), "effect"))
    )


MEASURE = Measure(
    code="points_liability",
    family=Family.PROGRAMME,
    name=_("Points liability"),
    definition=_(
        "The points in lots at the end of the period, those that wait and those set aside "
        "included, times the value of a point then, times one less the expected breakage; none "
        "is deducted while it cannot be estimated. Points that members owe are shown apart and "
        "deducted from nothing. By month of issue, the points add up to the whole."
    ),
    numerator_name=_("Points in lots at the end of the period"),
    denominator_name=None,
    unit=Unit.MONEY,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.POINTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        points=(
            ("Ada", "2026-01-10", 100),
            ("Ada", "2026-02-20", -30),
            ("Bea", "2026-02-28", 20),
            ("Bea", "2026-03-01", 500),
        ),
        expected=Figure(
            90,
            90,
            None,
            {
                "cents_per_point": Column(Fraction(1), Unit.NUMBER),
                "gross": Column(90, Unit.MONEY),
                "breakage": Column(None, Unit.SHARE),
                "debt": Column(0, Unit.POINTS),
                "2026-01": Column(70, Unit.POINTS),
                "2026-02": Column(20, Unit.POINTS),
            },
        ),
    ),
)
