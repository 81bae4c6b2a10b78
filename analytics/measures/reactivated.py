from django.utils.translation import gettext_lazy as _

from analytics import buyers
from analytics.figures import Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    return tally(count(buyers.came_back(scope)))


def drill(scope: Scope) -> Drill:
    return members(buyers.came_back(scope))


MEASURE = Measure(
    code="reactivated",
    family=Family.RETENTION,
    name=_("Members who came back"),
    definition=_("Buyers of the period who had bought before, but not in the previous period."),
    numerator_name=_("Members who came back"),
    denominator_name=None,
    unit=Unit.MEMBERS,
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
        expected=tally(1),
    ),
)
