from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import effects
from analytics.effects import Effect
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.scopes import NO_WAY, Scope

_EXACT = 10**9


def compute(scope: Scope) -> Figure:
    found = effects.get_effect(scope)
    more = found.incremental_cents / found.treated if found.treated else None
    return Figure(more, found.treated + found.held_out, None, _columns(found))


def drill(scope: Scope) -> Drill:
    """Return everybody who was compared: once for each campaign."""
    compared = effects.get_effect(scope).shares
    campaigns = [one for one in effects.get_campaigns(scope) if one.code in compared]
    return Drill(tuple(Rows(effects.audience_of(one, at=scope.end_at)) for one in campaigns))


def _columns(found: Effect) -> dict[str, Column]:
    told = found.difference
    columns = {
        "low": Column(round(told.low) if told else None, Unit.MONEY),
        "high": Column(round(told.high) if told else None, Unit.MONEY),
        "p": Column(Fraction(round(told.p * _EXACT), _EXACT) if told else None, Unit.NUMBER),
        "treated": Column(found.treated, Unit.MEMBERS),
        "held_out": Column(found.held_out, Unit.MEMBERS),
    }
    return columns | {
        f"campaign_{code}": Column(shares.difference, Unit.MONEY)
        for code, shares in found.shares.items()
    }


MEASURE = Measure(
    code="campaign_uplift",
    family=Family.PROGRAMME,
    name=_("Campaign uplift"),
    definition=_(
        "By how much a member who could get something of the period's campaigns spent more, in "
        "the days of the period in which they ran, than a member held out of them: the "
        "difference of the means, those included who bought nothing. Who is held out is decided "
        "by a hash before anybody is exposed. Beside it between what and what it is in 95 of 100 "
        "cases, and the probability of so much by chance alone (Welch, 1947). Several campaigns "
        "weigh by their members. Not available without a campaign that holds somebody out."
    ),
    numerator_name=_("Members compared, once for each campaign"),
    denominator_name=None,
    unit=Unit.MONEY,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(("Ada", "2026-02-10", 1_000),),
        expected=Figure(
            None,
            0,
            None,
            {
                "low": Column(None, Unit.MONEY),
                "high": Column(None, Unit.MONEY),
                "p": Column(None, Unit.NUMBER),
                "treated": Column(0, Unit.MEMBERS),
                "held_out": Column(0, Unit.MEMBERS),
            },
        ),
    ),
)
