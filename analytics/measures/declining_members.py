from django.utils.translation import gettext_lazy as _

from analytics import cutting, tallies
from analytics.figures import Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day, month_end
from analytics.queries import Query, compose, count
from analytics.scopes import Scope
from loyalty.core.zones import add_months

# As near to 180 days as whole months come, and months are what facts can say of everybody.
MONTHS = 6

_DECLINING = """
SELECT before.member_id
FROM {before} AS before LEFT JOIN {lately} AS lately ON lately.member_id = before.member_id
WHERE before.revenue_cents > 0 AND COALESCE(lately.revenue_cents, 0) * 2 < before.revenue_cents
"""


def compute(scope: Scope) -> Figure:
    return tally(count(declining(scope)))


def drill(scope: Scope) -> Drill:
    return members(declining(scope))


def declining(scope: Scope) -> Query:
    where, (before, lately) = cutting.where(scope), windows(scope)
    parts = {
        "before": tallies.by_member(before, where),
        "lately": tallies.by_member(lately, where),
    }
    return compose(_DECLINING, parts)


def windows(scope: Scope) -> tuple[Period, Period]:
    """Return the six months before the last six that are over by the scope's end, and those."""
    last = scope.last_whole_month
    turn = add_months(day=last, months=-MONTHS)
    before = Period(add_months(day=turn, months=1 - MONTHS), month_end(turn))
    return before, Period(add_months(day=turn, months=1), month_end(last))


MEASURE = Measure(
    code="declining_members",
    family=Family.RETENTION,
    name=_("Declining members"),
    definition=_(
        "Members who spent less than half as much in the last six months as in the six before, "
        "less what was returned. Months are whole: the last is the last one that is over by the "
        "end of the period."
    ),
    numerator_name=_("Declining members"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2025-03-01", 1000),
            ("Ada", "2025-08-31", 1000),
            ("Ada", "2025-09-01", 999),
            ("Bea", "2025-08-31", 2000),
            ("Bea", "2026-02-28", 1000),
            ("Cid", "2025-03-01", 500),
            ("Dee", "2025-02-28", 500),
            ("Eve", "2026-02-01", 500),
        ),
        expected=tally(2),
    ),
)
