"""What the programme cost: what staff entered, and the rewards that members were given.

A cost over several days is spread evenly, in whole cents: of so many days, the share of the
first k is amount × k ÷ days, rounded down, so that the parts of any calendar add up to the whole.
"""

from collections.abc import Mapping
from datetime import date

from django.db.models import BigIntegerField, F, Q, Sum
from django.db.models.expressions import RawSQL

from analytics.measuring import Drill, Rows
from analytics.models import Budget, Cost, CostCategory
from analytics.periods import DAY, Period
from analytics.queries import Part, Query, compose
from analytics.scopes import Scope
from loyalty.core import expressions, zones
from loyalty.ledger.models import HoldState, Kind
from members.models import TillHold, Voucher, VoucherState
from rewards.models import Redemption

_EPOCH = date(1970, 1, 1)
_UNTIL = """
CASE WHEN {day} < {first} THEN 0 WHEN {day} >= {last} THEN analytics_cost.amount_cents
     ELSE analytics_cost.amount_cents * ({day} - {first} + 1) / ({last} - {first} + 1) END
"""


def entered(period: Period, category: CostCategory | None = None) -> Rows:
    """Return the costs that staff entered, each with `effect`: its cents of these days."""
    through = [_until(number) for number in (_number(period.last), _number(period.first) - 1)]
    within = compose("{whole} - {before}", {"whole": through[0], "before": through[1]})
    costs = Cost.objects.filter(first_on__lte=period.last, last_on__gte=period.first)
    if category is not None:
        costs = costs.filter(category=category)
    effect = RawSQL(within.text, within.params, BigIntegerField())  # noqa: S611 (values are bound)
    return Rows(costs.annotate(effect=effect), "effect")


def entered_so_far(scope: Scope, category: CostCategory | None = None) -> Rows:
    """Return the costs of the period as `entered`: of one that lasts, none of days to come."""
    first = scope.period.first
    return entered(Period(first, max(scope.as_of, first - DAY)), category)


def given(scope: Scope) -> Drill:
    """Return what rewards cost in the period, as they were worth when they were given.

    Vouchers, for points or by a rule, used or not; less those of redemptions cancelled since,
    on the day of that; and what points paid at tills, less what a return gave back.
    """
    moments = (scope.start_at, zones.end_of_day(day=scope.as_of, zone=scope.zone))
    return Drill((_vouchers(*moments), _cancelled(*moments), _paid(*moments), _unpaid(*moments)))


def all_costs(scope: Scope) -> Drill:
    """Return everything that the programme cost in the period, as far as it has come."""
    return Drill((*given(scope).parts, entered_so_far(scope)))


def get_by_category(scope: Scope) -> Mapping[CostCategory, int]:
    """Return the cents of each category in the period; rewards with what was given."""
    rows = entered_so_far(scope).queryset
    sums = dict(rows.order_by().values_list("category").annotate(cents=Sum("effect")))
    found = {category: int(sums.get(category, 0)) for category in CostCategory}
    found[CostCategory.REWARDS] += given(scope).get_total()
    return found


def get_planned(year: int) -> Mapping[CostCategory, int]:
    """Return the budgets of a year in cents; a category without one is not in it."""
    rows = Budget.objects.filter(year=year).values_list("category", "planned_cents")
    return {CostCategory(category): cents for category, cents in rows}


def _vouchers(start_at: object, end_at: object) -> Rows:
    is_void = Q(state=VoucherState.CANCELLED, redemption=None)
    issued = Voucher.objects.filter(issued_at__gte=start_at, issued_at__lt=end_at)
    return Rows(issued.filter(value_cents__isnull=False).exclude(is_void), "value_cents")


def _cancelled(start_at: object, end_at: object) -> Rows:
    taken_back = Redemption.objects.filter(
        cancelled_at__gte=start_at, cancelled_at__lt=end_at, voucher__value_cents__isnull=False
    )
    return Rows(taken_back.annotate(effect=-F("voucher__value_cents")), "effect")


def _paid(start_at: object, end_at: object) -> Rows:
    used = TillHold.objects.filter(
        hold__state=HoldState.CAPTURED,
        hold__closing__occurred_at__gte=start_at,
        hold__closing__occurred_at__lt=end_at,
    )
    return Rows(used.annotate(effect=_worth("hold__captured")), "effect")


def _unpaid(start_at: object, end_at: object) -> Rows:
    refunded = TillHold.objects.filter(
        hold__closing__children__kind=Kind.REFUND,
        hold__closing__children__occurred_at__gte=start_at,
        hold__closing__children__occurred_at__lt=end_at,
    )
    return Rows(
        refunded.annotate(back=_worth("hold__closing__children__points"), effect=-F("back")),
        "effect",
    )


def _worth(points: str) -> object:
    """The cents that so many points of a till's hold pay, rounded down: as `TillHold.worth`."""
    return F("value_cents") * F(points) / F("hold__points")


def _until(number: int) -> Query:
    parts: dict[str, Part] = {
        "day": number,
        "first": Query(expressions.day_number("analytics_cost.first_on")),
        "last": Query(expressions.day_number("analytics_cost.last_on")),
    }
    return compose(_UNTIL, parts)


def _number(day: date) -> int:
    return (day - _EPOCH).days
