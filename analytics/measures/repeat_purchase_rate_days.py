from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, cutting, tallies
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, members
from analytics.periods import Period, day
from analytics.queries import Query, compose, count
from analytics.scopes import Scope

_ON_TWO_DAYS = "SELECT member_id FROM {sales} AS sales WHERE first_on < last_on"


def compute(scope: Scope) -> Figure:
    return ratio(count(bought_on_two_days(scope)), count(buyers.of_period(scope)))


def drill(scope: Scope) -> Drill:
    return members(bought_on_two_days(scope))


def bought_on_two_days(scope: Scope) -> Query:
    return compose(_ON_TWO_DAYS, {"sales": tallies.by_member(scope.period, cutting.where(scope))})


MEASURE = Measure(
    code="repeat_purchase_rate_days",
    family=Family.RETENTION,
    name=_("Repeat purchase rate, by days"),
    definition=_(
        "Of the members who bought in the period, the share who bought on two business days "
        "or more: two receipts of one day are one visit."
    ),
    numerator_name=_("Members who bought on two days or more"),
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
            ("Bea", "2026-02-19", 1000),
            ("Bea", "2026-02-20", 1000),
            ("Cid", "2026-02-20", 1000),
        ),
        expected=Figure(Fraction(1, 3), 1, 3),
    ),
)
