from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import spending
from analytics.figures import Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.queries import as_subquery, compose, get_rows
from analytics.scopes import OF_MEMBERS, Scope
from loyalty.ledger.models import Entry

_SUMS = "SELECT SUM(redemptions), COUNT(*) FROM {spent} AS spent"


def compute(scope: Scope) -> Figure:
    found = get_rows(compose(_SUMS, {"spent": spending.by_member(scope)}))[0]
    redemptions, members = (int(number or 0) for number in found)
    return ratio(redemptions, members)


def drill(scope: Scope) -> Drill:
    entries = as_subquery(spending.redemptions(scope))
    return Drill((Rows(Entry.objects.filter(pk__in=entries)),))


MEASURE = Measure(
    code="redemption_frequency",
    family=Family.PROGRAMME,
    name=_("Redemption frequency"),
    definition=_(
        "Redemptions of the period, of rewards and at the till, per member who redeemed in it. "
        "A redemption that was cancelled later counts, as a receipt does whose goods came back."
    ),
    numerator_name=_("Redemptions"),
    denominator_name=_("Members who redeemed in the period"),
    unit=Unit.NUMBER,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.REDEMPTIONS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        points=(
            ("Ada", "2026-01-10", 100),
            ("Ada", "2026-01-31", -10),
            ("Ada", "2026-02-01", -10),
            ("Ada", "2026-02-28", -10),
            ("Bea", "2026-02-01", 100),
            ("Bea", "2026-02-02", -10),
            ("Cid", "2026-02-02", 100),
        ),
        expected=Figure(Fraction(3, 2), 3, 2),
    ),
)
