from django.utils.translation import gettext_lazy as _

from analytics import points
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.points import Flow
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    flow = points.get_roll_forward(scope)
    columns = {"opening": Column(flow.opening, Unit.POINTS)}
    columns |= {line.value: Column(moved, Unit.POINTS) for line, moved in flow.lines.items()}
    columns["closing"] = Column(flow.closing, Unit.POINTS)
    return Figure(flow.closing, flow.closing, None, columns)


def drill(scope: Scope) -> Drill:
    return Drill(
        (Rows(points.movements_to(scope), "effect"), Rows(points.due_lots(scope), "effect"))
    )


_NOTHING: dict[str, int] = dict.fromkeys(Flow, 0)

MEASURE = Measure(
    code="points_flow",
    family=Family.PROGRAMME,
    name=_("Points flow"),
    definition=_(
        "Points owed at the start of the period, plus those issued and given back, less those "
        "redeemed, expired, taken back and removed, adjustments and transfers with their sign: "
        "points owed at its end. Points that end at the close of a day expire on that day."
    ),
    numerator_name=_("Points owed at the end of the period"),
    denominator_name=None,
    unit=Unit.POINTS,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.POINTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        points=(
            ("Ada", "2026-01-10", 100),
            ("Ada", "2026-01-20", -30),
            ("Ada", "2026-02-01", 50),
            ("Bea", "2026-02-28", 20),
            ("Bea", "2026-02-28", -5),
            ("Bea", "2026-03-01", 500),
        ),
        expected=Figure(
            135,
            135,
            None,
            {
                name: Column(moved, Unit.POINTS)
                for name, moved in {
                    "opening": 70,
                    **_NOTHING,
                    "issued": 70,
                    "redeemed": 5,
                    "closing": 135,
                }.items()
            },
        ),
    ),
)
