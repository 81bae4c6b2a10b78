from dataclasses import replace
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import buyers, cutting, measuring, tallies
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure
from analytics.periods import Period, day
from analytics.queries import Query, compose
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    where = _of_kept(scope)
    now = tallies.get_sales(scope.period, where)
    before = tallies.get_sales(scope.previous, where)
    columns = {
        "growth_before_returns": Column(_growth(_gross(now), _gross(before)), Unit.SHARE),
        "kept": Column(now.buyers, Unit.MEMBERS),
        "basket": Column(_basket(now), Unit.MONEY),
        "basket_before": Column(_basket(before), Unit.MONEY),
    }
    return Figure(_growth(now, before), now.revenue_cents, None, columns)


def drill(scope: Scope) -> Drill:
    return measuring.revenue_of(scope, buyers.kept(scope))


def _of_kept(scope: Scope) -> Query:
    """The cut's receipts of the members who bought in both periods."""
    parts = {"where": cutting.where(scope), "kept": buyers.kept(scope)}
    return compose("{where} AND member_id IN {kept}", parts)


def _gross(sales: tallies.Sales) -> tallies.Sales:
    return replace(sales, revenue_cents=sales.gross_cents)


def _basket(sales: tallies.Sales) -> Fraction | None:
    return Fraction(sales.revenue_cents, sales.receipts) if sales.receipts else None


def _growth(now: tallies.Sales, before: tallies.Sales) -> Fraction | None:
    """From nothing, or less, nothing can be said to have grown."""
    if not now.receipts or before.revenue_cents <= 0:
        return None
    sold = Fraction(now.revenue_cents * before.receipts, now.receipts * before.revenue_cents)
    return sold - 1


MEASURE = Measure(
    code="basket_growth",
    family=Family.RETENTION,
    name=_("Basket growth of kept members"),
    definition=_(
        "The average basket, in the period, of the members who bought in it and in the one "
        "before, over their average basket then, less 1: how much more they spend each time. "
        "What was returned in a period is taken off; beside it, the growth before that."
    ),
    numerator_name=_("Revenue of the members kept"),
    denominator_name=None,
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-05", 1000),
            ("Ada", "2026-01-06", 3000),
            ("Ada", "2026-02-03", 3000),
            ("Bea", "2026-01-20", 9000),
            ("Cid", "2026-02-11", 9000),
        ),
        returns=(("Ada", "2026-02-03", "2026-02-04", 500),),
        expected=Figure(
            Fraction(1, 4),
            2500,
            None,
            {
                "growth_before_returns": Column(Fraction(1, 2), Unit.SHARE),
                "kept": Column(1, Unit.MEMBERS),
                "basket": Column(Fraction(2500), Unit.MONEY),
                "basket_before": Column(Fraction(2000), Unit.MONEY),
            },
        ),
    ),
)
