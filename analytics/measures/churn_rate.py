from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, cutting
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import Query, compose, count
from analytics.scopes import Scope

_BEST_OF = "SELECT member_id FROM {members} AS these WHERE member_id IN {best}"


def compute(scope: Scope) -> Figure:
    left, before = buyers.left(scope), buyers.of_previous(scope)
    columns = {}
    if scope.of_best:
        of_best = share_of(count(_best_of(left, scope)), count(_best_of(before, scope)))
        columns = {"of_best": Column(of_best, Unit.SHARE)}
    return ratio(count(left), count(before), columns)


def _best_of(members: Query, scope: Scope) -> Query:
    """Those of some members who are of the best fifth: told from facts, as the others are."""
    return compose(_BEST_OF, {"members": members, "best": cutting.best(scope)})


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
