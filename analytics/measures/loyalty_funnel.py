from django.utils.translation import gettext_lazy as _

from analytics import belonging, cutting
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import compose, get_rows
from analytics.scopes import Scope

_STEPS = """
SELECT COUNT(*), SUM(CASE WHEN sales.receipts >= 1 THEN 1 ELSE 0 END),
       SUM(CASE WHEN sales.receipts >= 2 THEN 1 ELSE 0 END),
       SUM(CASE WHEN sales.receipts >= 2 AND referrers.member_id IS NOT NULL THEN 1 ELSE 0 END)
FROM {enrolled} AS enrolled
LEFT JOIN {sales} AS sales ON sales.member_id = enrolled.member_id
LEFT JOIN {referrers} AS referrers ON referrers.member_id = enrolled.member_id
"""


def compute(scope: Scope) -> Figure:
    parts = {
        "enrolled": belonging.ever_enrolled(scope),
        "sales": cutting.to_date(scope),
        "referrers": belonging.referrers(scope, to_date=True),
    }
    enrolled, *steps = (int(reached or 0) for reached in get_rows(compose(_STEPS, parts))[0])
    names = ("first_purchase", "second_purchase", "referrer")
    columns = {
        name: Column(reached, Unit.MEMBERS) for name, reached in zip(names, steps, strict=True)
    }
    return tally(enrolled, columns)


def drill(scope: Scope) -> Drill:
    return members(belonging.ever_enrolled(scope))


MEASURE = Measure(
    code="loyalty_funnel",
    family=Family.PROGRAMME,
    name=_("Loyalty funnel"),
    definition=_(
        "Members who enrolled by the end of the period, left or not; of them, who has bought by "
        "then; of these, who has bought twice; and of these, who has brought another member. A "
        "store or a channel restricts the purchases."
    ),
    numerator_name=_("Members enrolled to date"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(
            ("Ada", "2026-01-05"),
            ("Bea", "2026-01-06"),
            ("Cid", "2026-01-07"),
            ("Dee", "2026-02-08"),
            ("Eve", "2026-03-01"),
        ),
        receipts=(
            ("Ada", "2026-01-06", 1000),
            ("Ada", "2026-02-06", 1000),
            ("Bea", "2026-01-06", 1000),
            ("Bea", "2026-02-28", 1000),
            ("Cid", "2026-02-06", 1000),
            ("Cid", "2026-03-01", 1000),
        ),
        referrals=(("Ada", "Dee", "2026-02-08"), ("Bea", "Eve", "2026-03-01")),
        expected=tally(
            4,
            {
                "first_purchase": Column(3, Unit.MEMBERS),
                "second_purchase": Column(2, Unit.MEMBERS),
                "referrer": Column(1, Unit.MEMBERS),
            },
        ),
    ),
)
