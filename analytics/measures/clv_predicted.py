from fractions import Fraction

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from analytics import cutting
from analytics.figures import Column, Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.models import Fit, Outlook
from analytics.periods import Period, day
from analytics.queries import as_subquery
from analytics.scopes import OF_MEMBERS, WHOLE, Scope

_SUMS = {
    "told": Count("pk"),
    "cents": Sum("expected_cents"),
    "days": Sum("expected_days"),
    "alive": Sum("alive"),
}


def compute(scope: Scope) -> Figure:
    fit = _get_fit(scope)
    if fit is None or fit.expected_cents is None:
        return ratio(0, 0)
    told, cents, days, alive = (
        (fit.told, fit.expected_cents, fit.expected_days, fit.alive)
        if scope.cut == WHOLE
        else _outlooks(scope).aggregate(**_SUMS).values()
    )
    if not told:
        return ratio(0, 0)
    columns = {
        "expected_days": Column(Fraction(days) / told, Unit.NUMBER),
        "alive": Column(Fraction(alive) / told, Unit.SHARE),
    }
    return ratio(cents, told, columns)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(_outlooks(scope), "expected_cents"),))


def _outlooks(scope: Scope) -> QuerySet[Outlook]:
    told = Outlook.objects.filter(fit=_get_fit(scope), expected_cents__isnull=False)
    found = cutting.whose(scope)
    return told.filter(pk__in=as_subquery(found)) if found else told


def _get_fit(scope: Scope) -> Fit | None:
    """The last fit, if it was made of the period: no other one says what it says of members."""
    last = Fit.objects.order_by("-as_of").first()
    is_of_the_period = last and scope.period.first <= last.as_of <= scope.period.last
    return last if is_of_the_period else None


MEASURE = Measure(
    code="clv_predicted",
    family=Family.VALUE,
    name=_("Predicted value, next 12 months"),
    definition=_(
        "Revenue expected of a member in the 12 months after the last fit, which is made every "
        "night: how often members buy and whether they still do by the BG/NBD model (Fader, "
        "Hardie and Lee 2005), what a day of buying is worth by the gamma-gamma model (Fader and "
        "Hardie 2013). An estimate; beside it the days of buying expected and the probability of "
        "still being a customer. Shown for the period that holds the day of the fit, for all "
        "stores and channels together, once 30 members have come back."
    ),
    numerator_name=_("Revenue expected of all members"),
    denominator_name=_("Members who ever bought and have not left"),
    unit=Unit.MONEY,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        outlooks=(("Ada", 20_000), ("Bea", 500), ("Cid", 0)),
        expected=Figure(
            Fraction(20_500, 3),
            20_500,
            3,
            {
                "expected_days": Column(Fraction(1), Unit.NUMBER),
                "alive": Column(Fraction(1, 2), Unit.SHARE),
            },
        ),
    ),
)
