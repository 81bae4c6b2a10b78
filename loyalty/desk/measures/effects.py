"""Campaigns of a period, and what one of them changed: its members against those held out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.figures import Unit
from analytics.periods import Period
from loyalty.core import spreadsheets
from loyalty.core.spreadsheets import Cell
from loyalty.desk import campaigns, uplift
from loyalty.desk.campaigns import Told
from loyalty.desk.measures import filing, picturing
from loyalty.desk.uplift import Uplift

_WIDTH = 100


@dataclass(frozen=True)
class Bar:
    """What a member of one side spent, as a bar from the left; `width` of a hundred."""

    width: int
    cents: int


@dataclass(frozen=True)
class Effects:
    """The campaigns that ran in a period, and the effect of the one that is looked at.

    Without an effect too few bought or were held out to compare, or nobody was held out.
    """

    campaigns: Sequence[Told]
    chosen: Told | None
    effect: Uplift | None
    treated: Bar | None
    held_out: Bar | None
    currency: str


def get_effects(*, period: Period, asked: str, at: datetime) -> Effects:
    """Return the campaigns of a period and the effect of one: of the latest unless one is named.

    Everybody of that one's audience is looked at: of one campaign alone.
    """
    page = campaigns.get_page(at=at)
    rows = [one for one in page.campaigns if _ran(one, period)]
    measured = [one for one in rows if one.holdout_percent]
    chosen = next((one for one in measured if str(one.pk) == asked), None)
    chosen = chosen or next(iter(measured), None)
    shares = campaigns.get_shares(chosen, at=at) if chosen else None
    effect = uplift.tell(treated=shares.treated, held_out=shares.held_out) if shares else None
    most = max(effect.treated, effect.held_out, 1) if effect else 1
    return Effects(
        campaigns=rows,
        chosen=chosen,
        effect=effect,
        treated=_bar(effect.treated, most) if effect else None,
        held_out=_bar(effect.held_out, most) if effect else None,
        currency=page.currency,
    )


def write_effect(told: Effects) -> str:
    """Return what one campaign changed as CSV: what a member spent on each side, and between."""
    effect = told.effect
    if effect is None:
        return ""
    head = [
        _("Side"), _("Spent during it, per member"), _("Lower end of the likely range"),
        _("Upper end of the likely range"),
    ]  # fmt: skip
    sides: list[tuple[str, int, int | None, int | None]] = [
        (_("Members who could benefit"), effect.treated, None, None),
        (_("Held out for comparison"), effect.held_out, None, None),
        (_("Difference"), effect.difference, effect.low, effect.high),
    ]
    rows = ([name, *(_amount(one, told.currency) for one in cents)] for name, *cents in sides)
    return spreadsheets.write(head=head, rows=rows)


def write_ran(told: Effects) -> str:
    """Return the campaigns of the period as CSV."""
    head = [
        _("Campaign"), pgettext("day", "from"), pgettext("day", "to"), _("Towards the goal"),
        _("Goal"), _("Cost so far"), _("Members reached"),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            one.name, one.first.isoformat(), one.last.isoformat(), one.reached, one.target,
            _amount(one.cost_cents, told.currency), one.reach,
        ]
        for one in told.campaigns
    )  # fmt: skip
    return spreadsheets.write(head=head, rows=rows)


def draw(told: Effects, *, programme: str) -> bytes:
    """Return what one campaign changed as a picture: a bar for each side."""
    name = told.chosen.name if told.chosen else ""
    return picturing.draw(
        title=_("What did “%(name)s” change?") % {"name": name},
        about=_("Spent during it, per member"),
        foot=programme,
        drawing="desk/measures/_effect_bars.html",
        told={"told": told},
    )


def _amount(cents: int | None, currency: str) -> Cell:
    return filing.exact(cents, Unit.MONEY, currency)


def _ran(one: Told, period: Period) -> bool:
    return one.first <= period.last and one.last >= period.first


def _bar(cents: int, most: int) -> Bar:
    return Bar(round(max(cents, 0) / most * _WIDTH), cents)
