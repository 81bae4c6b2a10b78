from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import costs, effects
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure
from analytics.models import MoneySettings
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope


def compute(scope: Scope) -> Figure:
    cost, margin = drill(scope).get_total(), _get_margin(scope)
    columns = {"incremental_margin": Column(margin, Unit.MONEY)}
    if margin is None or cost <= 0:
        return Figure(None, cost, None, columns)
    return Figure((margin - cost) / cost, cost, None, columns)


def drill(scope: Scope) -> Drill:
    return costs.all_costs(scope)


def _get_margin(scope: Scope) -> Fraction | None:
    """Return the cents of margin that campaigns brought; None where nothing says so."""
    settings = MoneySettings.objects.first()
    if settings is None or settings.margin_percent is None:
        return None
    found = effects.get_effect(scope)
    if not found.shares:
        return None
    return found.incremental_cents * settings.margin_percent / 100


MEASURE = Measure(
    code="programme_roi",
    family=Family.PROGRAMME,
    name=_("Programme return on investment"),
    definition=_(
        "The incremental margin less the cost of the programme, over that cost. The incremental "
        "margin is what the period's campaigns made members spend more than those held out, "
        "times the members who were not, times the margin rate of the settings. Nothing else "
        "proves that a purchase was made because of the programme: without a holdout, or without "
        "a margin rate, it is not available."
    ),
    numerator_name=_("Programme cost"),
    denominator_name=None,
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.MONEY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        costs=(("STAFF", "2026-02-01", "2026-02-01", 5_000),),
        expected=Figure(None, 5_000, None, {"incremental_margin": Column(None, Unit.MONEY)}),
    ),
)
