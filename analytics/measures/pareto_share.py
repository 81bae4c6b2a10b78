from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import concentration, cutting, measuring, tallies
from analytics.figures import Column, Direction, Figure, Unit, share_of
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.queries import Query, compose, get_rows
from analytics.scopes import Scope

_RANKED = """
SELECT member_id, revenue_cents, revenue_cents + returned_cents AS gross_cents,
       ROW_NUMBER() OVER (ORDER BY revenue_cents DESC, member_id) AS place,
       SUM(revenue_cents) OVER (ORDER BY revenue_cents DESC, member_id
                                ROWS UNBOUNDED PRECEDING) AS up_to_here,
       COUNT(*) OVER () AS members,
       SUM(revenue_cents) OVER () AS total
FROM {sales} AS sales
"""

_BEST = "SELECT member_id FROM {ranked} AS ranked WHERE place <= (members + 4) / 5"

_FIGURES = """
SELECT COUNT(*), MAX(total),
       SUM(CASE WHEN place <= (members + 4) / 5 THEN revenue_cents ELSE 0 END),
       SUM(CASE WHEN place <= (members + 4) / 5 THEN 1 ELSE 0 END),
       SUM(CASE WHEN place <= (members + 4) / 5 THEN gross_cents ELSE 0 END), SUM(gross_cents),
       SUM(CASE WHEN (up_to_here - revenue_cents) * 5 < total * 4 THEN 1 ELSE 0 END)
FROM {ranked} AS ranked
"""


def compute(scope: Scope) -> Figure:
    """The best fifth is rounded up. Whoever starts below 80% of the revenue helps to make it."""
    found = get_rows(compose(_FIGURES, {"ranked": _ranked(scope)}))[0]
    members, total, of_best, best, gross_of_best, gross, making_80 = (
        int(number or 0) for number in found
    )
    columns = {
        "best_members": Column(best, Unit.MEMBERS),
        "members": Column(members, Unit.MEMBERS),
        "share_making_80": Column(share_of(making_80, members) if total > 0 else None, Unit.SHARE),
        "share_before_returns": Column(share_of(gross_of_best, gross), Unit.SHARE),
    }
    # Where more was returned than bought there is nothing to have a share of.
    value = share_of(of_best, total) if total > 0 else None
    return Figure(value, of_best, total, columns, _drawn(scope))


def _drawn(scope: Scope) -> dict[str, tuple[int, ...]]:
    groups = concentration.get_groups(scope=scope)
    return {
        "members": tuple(group.members for group in groups),
        "revenue_cents": tuple(group.revenue_cents for group in groups),
    }


def drill(scope: Scope) -> Drill:
    return measuring.revenue_of(scope, _best(scope))


def _best(scope: Scope) -> Query:
    return compose(_BEST, {"ranked": _ranked(scope)})


def _ranked(scope: Scope) -> Query:
    return compose(_RANKED, {"sales": tallies.by_member(scope.period, cutting.where(scope))})


MEASURE = Measure(
    code="pareto_share",
    family=Family.VALUE,
    name=_("Revenue share of the best 20%"),
    definition=_(
        "Share of the period's revenue, less what was returned in it, that comes from the best "
        "fifth of its buyers, rounded up to whole members. Beside it, the smallest share of "
        "buyers that makes 80% of the revenue, and the share of the same members before returns."
    ),
    numerator_name=_("Revenue of the best fifth"),
    denominator_name=_("Revenue of all buyers"),
    unit=Unit.SHARE,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.MONEY,
    denominator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-02-01", 6000),
            ("Bea", "2026-02-02", 3000),
            ("Cid", "2026-02-03", 500),
            ("Dee", "2026-02-04", 500),
            ("Eve", "2026-02-05", 0),
        ),
        returns=(("Ada", "2026-02-01", "2026-02-20", 2000),),
        expected=Figure(
            Fraction(1, 2),
            4000,
            8000,
            {
                "best_members": Column(1, Unit.MEMBERS),
                "members": Column(5, Unit.MEMBERS),
                "share_making_80": Column(Fraction(2, 5), Unit.SHARE),
                "share_before_returns": Column(Fraction(3, 5), Unit.SHARE),
            },
        ),
    ),
)
