from collections import Counter
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring, tallies
from analytics.figures import Column, Direction, Figure, Unit, median
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day, month_start
from analytics.queries import Query, compose, count, get_rows, union_all
from analytics.scopes import Scope

_GAPS = """
SELECT gap, COUNT(*)
FROM (SELECT day, day - LAG(day) OVER (PARTITION BY member_id ORDER BY day) AS gap
      FROM {days} AS days) AS gaps
WHERE gap IS NOT NULL AND day >= {first} AND day <= {last}
GROUP BY gap
"""


def compute(scope: Scope) -> Figure:
    between_days = Counter(dict(get_rows(_gaps(scope))))
    where = cutting.where(scope)
    receipts = tallies.get_sales(scope.period, where).receipts
    on_one_day = receipts - count(tallies.days(scope.period, where))
    between_receipts = between_days + Counter({0: on_one_day})
    return Figure(
        median(between_receipts),
        between_receipts.total(),
        None,
        {"distinct_days": Column(median(between_days), Unit.DAYS)},
    )


def drill(scope: Scope) -> Drill:
    return measuring.repeated_receipts(scope)


def _gaps(scope: Scope) -> Query:
    """How many gaps of each length end in the period, receipts of one day merged."""
    period = scope.period
    since, where = month_start(period.first), cutting.where(scope)
    days = union_all(
        [
            tallies.days(Period(since, period.last), where),
            tallies.last_days(since, of=tallies.buyers(period, where), where=where),
        ]
    )
    return compose(
        _GAPS, {"days": days, "first": _number(period.first), "last": _number(period.last)}
    )


def _number(moment: date) -> int:
    return (moment - date(1970, 1, 1)).days


MEASURE = Measure(
    code="median_gap_days",
    family=Family.RETENTION,
    name=_("Median days between purchases"),
    definition=_(
        "The median of whole days between a member's receipt in the period and the one before "
        "it, which may be older than the period. Two receipts of one day are 0 days apart; the "
        "second figure merges them."
    ),
    numerator_name=_("Receipts that were not their member's first"),
    denominator_name=None,
    unit=Unit.DAYS,
    direction=Direction.LOWER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.RECEIPTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-22", 1000),
            ("Ada", "2026-02-01", 1000),
            ("Ada", "2026-02-01", 500),
            ("Ada", "2026-02-05", 1000),
            ("Bea", "2026-02-19", 1000),
            ("Bea", "2026-02-22", 1000),
        ),
        expected=Figure(
            Fraction(7, 2), 4, None, {"distinct_days": Column(Fraction(4), Unit.DAYS)}
        ),
    ),
)
