from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import liabilities, points
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day, month_end
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    found = liabilities.get_breakage(scope)
    if found is None:
        return Figure(None, drill(scope).get_total(), None, {"months": Column(0, Unit.NUMBER)})
    issued = sum(origin.issued for origin in found.origins)
    columns = {
        "issued": Column(issued, Unit.POINTS),
        "months": Column(len(found.origins), Unit.NUMBER),
    }
    return Figure(found.share, drill(scope).get_total(), None, columns)


def drill(scope: Scope) -> Drill:
    until = month_end(scope.last_whole_month)
    return Drill((Rows(points.redemptions_until(scope, until), "effect"),))


MEASURE = Measure(
    code="breakage",
    family=Family.PROGRAMME,
    name=_("Expected breakage"),
    definition=_(
        "An estimate: the share of the points issued, less those taken back, that will never be "
        "redeemed. Months of issue are followed month by month, whole months alone; the chain "
        "ladder (Mack, 1993) says how far each has come, and together they give the share that "
        "will be redeemed (Cape Cod method; Bühlmann and Straub, 1983). What is left of one is "
        "the breakage. Not available before the oldest points have been followed for 12 months, "
        "or if none was ever redeemed."
    ),
    numerator_name=_("Points redeemed by the end of the last whole month, less given back"),
    denominator_name=None,
    unit=Unit.SHARE,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.POINTS,
    example=Example(
        period=Period(date(2026, 2, 1), day("2026-02-28")),
        points=(
            ("Ada", "2025-02-10", 100),
            ("Ada", "2025-03-20", -20),
            ("Ada", "2025-04-20", -20),
            ("Bea", "2026-01-15", 60),
            ("Bea", "2026-02-20", -12),
            ("Cid", "2026-02-28", 80),
        ),
        # Of February 2025, 20 after a month and 40 in the end: of January 2026 half is told.
        expected=Figure(
            1 - Fraction(52, 130),
            52,
            None,
            {"issued": Column(240, Unit.POINTS), "months": Column(3, Unit.NUMBER)},
        ),
    ),
)
