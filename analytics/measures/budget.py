from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics import costs
from analytics.figures import Column, Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure
from analytics.models import CostCategory
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    planned = costs.get_planned(scope.as_of.year)
    spent = costs.get_by_category(_year_to_date(scope))
    columns: dict[str, Column] = {}
    for category in CostCategory:
        plan = planned.get(category)
        columns |= _columns(category.lower(), plan=plan, spent=spent[category])
    total = sum(planned.values()) if planned else None
    columns |= _columns("total", plan=total, spent=sum(spent.values()))
    return ratio(sum(spent.values()), total or 0, columns)


def drill(scope: Scope) -> Drill:
    return costs.all_costs(_year_to_date(scope))


def _columns(name: str, *, plan: int | None, spent: int) -> dict[str, Column]:
    return {
        f"{name}_planned": Column(plan, Unit.MONEY),
        f"{name}_spent": Column(spent, Unit.MONEY),
        f"{name}_left": Column(None if plan is None else plan - spent, Unit.MONEY),
    }


def _year_to_date(scope: Scope) -> Scope:
    year = Period(date(scope.as_of.year, 1, 1), scope.as_of)
    return replace(scope, period=year)


def _expected() -> dict[str, Column]:
    told = {CostCategory.STAFF: (10_000, 6_000), CostCategory.REWARDS: (2_000, 500)}
    columns: dict[str, Column] = {}
    for category in CostCategory:
        plan, spent = told.get(category, (None, 0))
        columns |= _columns(category.lower(), plan=plan, spent=spent)
    return columns | _columns("total", plan=12_000, spent=6_500)


MEASURE = Measure(
    code="budget",
    family=Family.PROGRAMME,
    name=_("Budget used"),
    definition=_(
        "What the programme cost from the first of January to the end of the period, rewards "
        "included, over what was planned for that whole calendar year. The table gives planned, "
        "spent and left of each category."
    ),
    numerator_name=_("Spent since the first of January"),
    denominator_name=_("Planned for the year"),
    unit=Unit.SHARE,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.MONEY,
    denominator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        vouchers=(("Ada", "2026-01-10", 500),),
        costs=(
            ("STAFF", "2026-01-05", "2026-01-05", 5_000),
            ("STAFF", "2026-02-27", "2026-03-02", 2_000),
            ("STAFF", "2025-12-31", "2025-12-31", 9_999),
        ),
        budgets=(("STAFF", 2026, 10_000), ("REWARDS", 2026, 2_000), ("STAFF", 2025, 1)),
        expected=ratio(6_500, 12_000, _expected()),
    ),
)
