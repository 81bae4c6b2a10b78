from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    return ratio(count(buyers.kept(scope)), count(buyers.of_previous(scope)))


def drill(scope: Scope) -> Drill:
    return members(buyers.kept(scope))


MEASURE = Measure(
    code="retention_rate",
    family=Family.RETENTION,
    name=_("Retention rate"),
    definition=_(
        "Of the members who bought in the previous period, the share who bought again in this "
        "one. The previous period is the month, quarter, half-year or year just before, or the "
        "range of equal length that ends the day before."
    ),
    numerator_name=_("Members who bought in both periods"),
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
            ("Ada", "2026-02-03", 1000),
            ("Bea", "2026-01-20", 1000),
            ("Cid", "2026-02-11", 1000),
        ),
        expected=Figure(Fraction(1, 2), 1, 2),
    ),
)
