from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from analytics import cutting, measuring, tallies
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure
from analytics.models import StoreDay
from analytics.periods import Period, day
from analytics.scopes import OF_RECEIPTS, Scope

_COUNTED = (
    *("receipts", "revenue_cents", "returned_cents"),
    *("member_receipts", "member_revenue_cents"),
)


def compute(scope: Scope) -> Figure:
    found = _days(scope).aggregate(**{name: Sum(name) for name in _COUNTED})
    receipts, cents, returned, of_members, cents_of_members = (
        found[name] or 0 for name in _COUNTED
    )
    gross = tallies.get_sales(scope.period, cutting.where(scope)).gross_cents
    # Where more was returned than bought there is nothing to have a share of.
    by_revenue = share_of(cents_of_members, cents) if cents > 0 else None
    columns = {
        "by_revenue": Column(by_revenue, Unit.SHARE),
        "by_revenue_before_returns": Column(share_of(gross, cents + returned), Unit.SHARE),
    }
    return ratio(of_members, receipts, columns)


def drill(scope: Scope) -> Drill:
    return measuring.receipts(scope)


def _days(scope: Scope) -> QuerySet[StoreDay]:
    days = StoreDay.objects.filter(day__range=(scope.period.first, scope.period.last))
    if scope.cut.store_id is not None:
        days = days.filter(store=scope.cut.store_id)
    if scope.cut.channel is not None:
        days = days.filter(channel=scope.cut.channel)
    return days


MEASURE = Measure(
    code="participation_rate",
    family=Family.PROGRAMME,
    name=_("Participation rate"),
    definition=_(
        "Share of the period's receipts, those without a member included, for which a member was "
        "shown at the till. Beside it, their share of the revenue, less what was returned and "
        "before that."
    ),
    numerator_name=_("Receipts of members"),
    denominator_name=_("All receipts"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    is_of_facts=True,
    cuts=OF_RECEIPTS,
    numerator_unit=Unit.RECEIPTS,
    denominator_unit=Unit.RECEIPTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(
            ("Ada", "2026-01-31", 900),
            ("Ada", "2026-02-01", 3_000),
            ("", "2026-02-01", 1_000),
            ("Bea", "2026-02-28", 1_000),
        ),
        returns=(("Ada", "2026-02-01", "2026-02-20", 1_000),),
        expected=ratio(
            2,
            3,
            {
                "by_revenue": Column(share_of(3, 4), Unit.SHARE),
                "by_revenue_before_returns": Column(share_of(4, 5), Unit.SHARE),
            },
        ),
    ),
)
