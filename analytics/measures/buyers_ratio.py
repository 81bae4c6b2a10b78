from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    return ratio(count(buyers.of_period(scope)), count(buyers.of_previous(scope)))


def drill(scope: Scope) -> Drill:
    return members(buyers.of_period(scope))


MEASURE = Measure(
    code="buyers_ratio",
    family=Family.RETENTION,
    name=_("Buyers against the previous period"),
    definition=_(
        "Buyers of this period over buyers of the previous one. Some glossaries call this "
        "retention; it is not: new buyers make up for those who left, and it stays at 100% "
        "when every single member has been replaced."
    ),
    numerator_name=_("Members who bought in the period"),
    denominator_name=_("Members who bought in the previous period"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-05", 1000),
            ("Bea", "2026-02-20", 1000),
            ("Cid", "2026-02-21", 1000),
        ),
        expected=Figure(Fraction(2), 2, 1),
    ),
)
