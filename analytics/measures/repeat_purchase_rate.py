from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, cutting, tallies
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import Query, compose, count
from analytics.scopes import Scope

_TWICE = "SELECT member_id FROM {sales} AS sales WHERE receipts >= 2"


def compute(scope: Scope) -> Figure:
    return ratio(count(bought_twice(scope)), count(buyers.of_period(scope)))


def drill(scope: Scope) -> Drill:
    return members(bought_twice(scope))


def bought_twice(scope: Scope) -> Query:
    return compose(_TWICE, {"sales": tallies.by_member(scope.period, cutting.where(scope))})


MEASURE = Measure(
    code="repeat_purchase_rate",
    family=Family.RETENTION,
    name=_("Repeat purchase rate"),
    definition=_("Of the members who bought in the period, the share with two receipts or more."),
    numerator_name=_("Members with two receipts or more"),
    denominator_name=_("Members who bought in the period"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-02-03", 1000),
            ("Ada", "2026-02-03", 500),
            ("Bea", "2026-01-20", 1000),
            ("Bea", "2026-02-20", 1000),
        ),
        expected=Figure(Fraction(1, 2), 1, 2),
    ),
)
