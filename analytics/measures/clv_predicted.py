from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics.figures import Column, Direction, Figure, Unit, ratio
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.models import Fit, Outlook
from analytics.periods import Period, day
from analytics.scopes import WHOLE, Scope


def compute(scope: Scope) -> Figure:
    fit = _get_fit(scope)
    if fit is None or fit.expected_cents is None or not fit.told:
        return ratio(0, 0)
    columns = {
        "expected_days": Column(Fraction(fit.expected_days) / fit.told, Unit.NUMBER),
        "alive": Column(Fraction(fit.alive) / fit.told, Unit.SHARE),
    }
    return ratio(fit.expected_cents, fit.told, columns)


def drill(scope: Scope) -> Drill:
    told = Outlook.objects.filter(fit=_get_fit(scope), expected_cents__isnull=False)
    return Drill((Rows(told, "expected_cents"),))


def _get_fit(scope: Scope) -> Fit | None:
    """The last fit, if it was made of the period: no other one says what it says of members."""
    last = Fit.objects.order_by("-as_of").first() if scope.cut == WHOLE else None
    is_of_the_period = last and scope.period.first <= last.as_of <= scope.period.last
    return last if is_of_the_period else None


MEASURE = Measure(
    code="clv_predicted",
    family=Family.VALUE,
    name=_("Predicted value of the next 12 months"),
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
