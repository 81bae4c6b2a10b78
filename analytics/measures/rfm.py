from django.utils.translation import gettext_lazy as _

from analytics import rfm
from analytics.figures import Column, Direction, Figure, Unit, tally
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import compose
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    grid = rfm.get_grid(scope, rfm.Scoring(scope.rfm_scoring))
    columns = {score: Column(scored, Unit.MEMBERS) for score, scored in grid.items()}
    return tally(sum(grid.values()), columns)


def drill(scope: Scope) -> Drill:
    scores = rfm.scores(scope, rfm.Scoring(scope.rfm_scoring))
    return members(compose("SELECT member_id FROM {scores} AS scores", {"scores": scores}))


MEASURE = Measure(
    code="rfm",
    family=Family.VALUE,
    name=_("Members scored by recency, frequency and revenue"),
    definition=_(
        "Every member who ever bought, scored from 1 to 5 on the days since the last receipt, the "
        "number of receipts and the revenue to date; 5 is best. Scores are five groups of equal "
        "size, or, by the settings, set by the 20, 40, 60 and 80% quantiles."
    ),
    numerator_name=_("Members scored"),
    denominator_name=None,
    unit=Unit.MEMBERS,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-02-05", 5000),
            ("Bea", "2026-02-04", 4000),
            ("Cid", "2026-02-03", 3000),
            ("Dee", "2026-02-02", 2000),
            ("Eve", "2026-02-01", 1000),
        ),
        expected=tally(
            5,
            {score: Column(1, Unit.MEMBERS) for score in ("151", "242", "333", "424", "515")},
        ),
    ),
)
