from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    return ratio(count(buyers.returning(scope)), count(buyers.of_previous(scope)))


def drill(scope: Scope) -> Drill:
    return members(buyers.returning(scope))


MEASURE = Measure(
    code="retention_rate_net",
    family=Family.RETENTION,
    name=_("Retention rate, net of new members"),
    definition=_(
        "The formula of textbooks: buyers of this period less those whose first purchase falls in "
        "it, over the buyers of the previous period. It counts former buyers who came back as "
        "retained, so it can exceed 100%. Read it beside the retention rate."
    ),
    numerator_name=_("Buyers of the period who had bought before it"),
    denominator_name=_("Members who bought in the previous period"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-03-01"), day("2026-03-31")),
        receipts=(
            ("Ada", "2026-01-05", 1000),
            ("Ada", "2026-03-03", 1000),
            ("Bea", "2026-02-20", 1000),
            ("Bea", "2026-03-04", 1000),
            ("Cid", "2026-03-11", 1000),
        ),
        expected=Figure(Fraction(2), 2, 1),
    ),
)
