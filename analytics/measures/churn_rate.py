from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import count
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    best = scope.of_best
    columns = {"of_best": Column(share_of(*_counted(best)), Unit.SHARE)} if best else {}
    return ratio(*_counted(scope), columns)


def _counted(scope: Scope) -> tuple[int, int]:
    return count(buyers.left(scope)), count(buyers.of_previous(scope))


def drill(scope: Scope) -> Drill:
    return members(buyers.left(scope))


MEASURE = Measure(
    code="churn_rate",
    family=Family.RETENTION,
    name=_("Churn rate"),
    definition=_(
        "Of the members who bought in the previous period, the share who did not buy in this one: "
        "1 less the retention rate. Beside it, that of the fifth of buyers who brought most to "
        "date."
    ),
    numerator_name=_("Members who bought in the previous period and not in this one"),
    denominator_name=_("Members who bought in the previous period"),
    unit=Unit.SHARE,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-05", 9000),
            ("Ada", "2026-02-03", 1000),
            ("Bea", "2026-01-20", 1000),
            ("Cid", "2026-01-21", 1000),
        ),
        # A fifth of three buyers is one of them: Ada, who came back.
        expected=Figure(Fraction(2, 3), 2, 3, {"of_best": Column(Fraction(0), Unit.SHARE)}),
    ),
)
