from django.utils.translation import gettext_lazy as _

from analytics.figures import Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.recency import last_seen
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    return tally(count(last_seen(scope, is_lost=True)))


def drill(scope: Scope) -> Drill:
    return members(last_seen(scope, is_lost=True))


MEASURE = Measure(
    code="lost_members",
    family=Family.RETENTION,
    name=_("Lost members"),
    definition=_(
        "Members whose last receipt, at the end of the period, is older than the number of days "
        "after which the settings call a member lost."
    ),
    numerator_name=_("Lost members"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2025-09-01", 1000),
            ("Bea", "2025-08-31", 1000),
            ("Cid", "2026-02-19", 1000),
        ),
        expected=tally(1),
    ),
)
