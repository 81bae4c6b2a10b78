from django.utils.translation import gettext_lazy as _

from analytics import standings
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import OF_MEMBERS, Scope


def compute(scope: Scope) -> Figure:
    matrix = standings.get_moves(scope)
    columns = {
        "up": sum(move.members for move in matrix if move.rise > 0),
        "down": sum(move.members for move in matrix if move.rise < 0),
        **{move.name: move.members for move in matrix},
    }
    told = {name: Column(moved, Unit.MEMBERS) for name, moved in columns.items()}
    return tally(count(standings.moved(scope)), told)


def drill(scope: Scope) -> Drill:
    return members(standings.moved(scope))


MEASURE = Measure(
    code="tier_moves",
    family=Family.PROGRAMME,
    name=_("Moves between tiers"),
    definition=_(
        "Of the members who were in the programme from the start of the period to its end, those "
        "who ended it in another tier than they began it in: up and down, and from each tier to "
        "each, those who stayed included. A dash stands for no tier."
    ),
    numerator_name=_("Members whose tier changed"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        enrolments=(
            ("Ada", "2026-01-05"),
            ("Bea", "2026-01-06"),
            ("Cid", "2026-01-07"),
            ("Dee", "2026-02-07"),
        ),
        tiers=(
            ("Ada", "2026-01-20", "silver"),
            ("Ada", "2026-02-20", "gold"),
            ("Bea", "2026-01-20", "gold"),
            ("Bea", "2026-02-10", "silver"),
            ("Dee", "2026-02-10", "silver"),
        ),
        expected=tally(
            2,
            {
                name: Column(1, Unit.MEMBERS)
                for name in ("up", "down", "->-", "silver>gold", "gold>silver")
            },
        ),
    ),
)
