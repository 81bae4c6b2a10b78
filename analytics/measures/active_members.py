from django.utils.translation import gettext_lazy as _

from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.recency import get_rolling, last_seen
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    columns = {
        f"last_{days}_days": Column(active, Unit.MEMBERS)
        for days, active in get_rolling(scope).items()
    }
    return tally(count(last_seen(scope, is_lost=False)), columns)


def drill(scope: Scope) -> Drill:
    return members(last_seen(scope, is_lost=False))


MEASURE = Measure(
    code="active_members",
    family=Family.RETENTION,
    name=_("Active members"),
    definition=_(
        "Members whose last receipt, at the end of the period, is not older than the number of "
        "days after which the settings call a member lost. Beside it, those who bought in the "
        "last 30, 90, 180 and 365 days of it."
    ),
    numerator_name=_("Active members"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.HIGHER,
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
        expected=tally(
            2,
            {
                "last_30_days": Column(1, Unit.MEMBERS),
                "last_90_days": Column(1, Unit.MEMBERS),
                "last_180_days": Column(1, Unit.MEMBERS),
                "last_365_days": Column(3, Unit.MEMBERS),
            },
        ),
    ),
)
