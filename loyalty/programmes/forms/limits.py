"""The limits of a rule as fields that staff fill in, and as the JSON they say."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.forms.amounts import AmountField
from loyalty.programmes.terms import Limits, Period, Surplus

_SURPLUS = [
    (Surplus.CUT.value, _("is cut off")),
    (Surplus.REFUSE.value, _("makes the rule give nothing")),
]


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1)


class LimitFields(forms.Form):
    """How much a rule gives at most. What is left empty is no limit."""

    per_purchase = _count(_("at most points for one purchase"))
    surplus = forms.ChoiceField(label=_("what is more"), choices=_SURPLUS, required=False)
    points_a_day = _count(_("at most points a day for a member"))
    times_a_day = _count(_("at most awards a day"))
    points_a_week = _count(_("points a week"))
    times_a_week = _count(_("awards a week"))
    points_a_month = _count(_("points a month"))
    times_a_month = _count(_("awards a month"))
    points_a_year = _count(_("points a year"))
    times_a_year = _count(_("awards a year"))
    points_in_all = _count(_("points in all for a member"))
    times_in_all = _count(_("awards in all"))
    cooldown_hours = forms.IntegerField(
        label=_("hours between two awards"), required=False, min_value=1,
        help_text=_("24 is a day, 168 a week."),
    )  # fmt: skip
    budget_points = _count(_("budget in points, for everybody together"))
    budget = AmountField(
        label=_("or in money"), required=False, min_value=0,
        help_text=_("At what a point is worth."),
    )  # fmt: skip


_PERIODS = {
    Period.DAY: "a_day",
    Period.WEEK: "a_week",
    Period.MONTH: "a_month",
    Period.YEAR: "a_year",
    Period.EVER: "in_all",
}
# Which field each place of the JSON is about.
PLACES = {
    "/limits/budget_cents": "budget",
    **{
        f"/limits/per_member/{period.value}/{what}": f"{what}_{name}"
        for period, name in _PERIODS.items()
        for what in ("points", "times")
    },
}
ROWS: tuple[str | tuple[str, ...], ...] = (
    ("per_purchase", "surplus"),
    *((f"points_{name}", f"times_{name}") for name in _PERIODS.values()),
    "cooldown_hours",
    ("budget_points", "budget"),
)


def limits_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits as JSON; what is wrong in it is for publishing to refuse."""
    said = {
        "per_purchase": cleaned["per_purchase"],
        "cooldown_hours": cleaned["cooldown_hours"],
        "budget_points": cleaned["budget_points"],
        "budget_cents": cleaned["budget"],
        "per_member": _caps(cleaned),
    }
    said = {name: value for name, value in said.items() if value}
    if cleaned["surplus"] == Surplus.REFUSE.value:
        said["surplus"] = cleaned["surplus"]
    return said


def _caps(cleaned: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    caps: dict[str, dict[str, int]] = {}
    for period, name in _PERIODS.items():
        for what in ("points", "times"):
            if most := cleaned[f"{what}_{name}"]:
                caps.setdefault(period.value, {})[what] = most
    return caps


def initial_of_limits(limits: Limits) -> dict[str, Any]:
    """Return the fields that say what limits say, for whoever changes them."""
    initial: dict[str, Any] = {
        "per_purchase": limits.per_purchase,
        "surplus": limits.surplus.value,
        "cooldown_hours": limits.cooldown_hours,
        "budget_points": limits.budget_points,
        "budget": limits.budget_cents,
    }
    for cap in limits.per_member:
        initial[f"points_{_PERIODS[cap.period]}"] = cap.points
        initial[f"times_{_PERIODS[cap.period]}"] = cap.times
    return initial
