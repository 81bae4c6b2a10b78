from django.utils.translation import gettext_lazy as _

from analytics import belonging, standings
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    tiers = standings.get_tiers(scope)
    columns = {code: Column(held, Unit.MEMBERS) for code, held in tiers.items()}
    return tally(tiers.total(), columns)


def drill(scope: Scope) -> Drill:
    return members(belonging.open_members(scope))


MEASURE = Measure(
    code="tier_distribution",
    family=Family.PROGRAMME,
    name=_("Members by tier"),
    definition=_(
        "Members who are in the programme at the end of the period; beside them, how many have "
        "each tier then. A dash stands for no tier."
    ),
    numerator_name=_("Members of the programme"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(("Ada", "2026-01-05"), ("Bea", "2026-01-06"), ("Cid", "2026-02-07")),
        tiers=(
            ("Ada", "2026-01-20", "silver"),
            ("Ada", "2026-02-20", "gold"),
            ("Bea", "2026-02-28", "silver"),
            ("Cid", "2026-03-01", "gold"),
        ),
        expected=tally(
            3, {code: Column(1, Unit.MEMBERS) for code in (standings.NO_TIER, "silver", "gold")}
        ),
    ),
)
