"""What a rule gives as fields that staff fill in, and as the JSON they say."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Wallet
from loyalty.programmes import shapes
from loyalty.programmes.forms.amounts import AmountField
from loyalty.programmes.forms.lists import LinesField
from loyalty.programmes.models import ExpiryKind, RoundUpTo
from loyalty.programmes.terms import Gift, Give, Rate, Then, give_of

_GIFTS = [
    (Give.RATE.value, _("points per whole amount")),
    (Give.PER_UNIT.value, _("points for each unit")),
    (Give.MULTIPLIER.value, _("the base points, multiplied")),
    (Give.FIXED.value, _("a number of points")),
    (Give.VOUCHER.value, _("a voucher")),
]
# Which field each part of the gift is in, where it is called otherwise there.
PLACES = {
    "/then/per_cents": "per",
    "/then/name_fr": "voucher_fr",
    "/then/name_en": "voucher_en",
    "/then/value_cents": "voucher_value",
    "/then/days": "voucher_days",
    "/then/expiry/kind": "expiry_kind",
    "/then/expiry/count": "expiry_count",
    "/then/expiry/round_up": "expiry_round_up",
    "/then/expiry/dates": "expiry_dates",
}


class GiftFields(forms.Form):
    """What a rule gives, where it goes, and how long it lives."""

    give = forms.ChoiceField(label=_("It gives"), choices=_GIFTS)
    points = forms.DecimalField(label=_("points"), required=False, min_value=0)
    per = AmountField(label=_("for each whole"), required=False, min_value=0)
    carries = forms.BooleanField(
        label=_("what is below one step counts with the next purchase"), required=False
    )
    factor = forms.DecimalField(label=_("times"), required=False, min_value=1)
    voucher_fr = forms.CharField(label=_("voucher in French"), required=False, max_length=80)
    voucher_en = forms.CharField(label=_("voucher in English"), required=False, max_length=80)
    voucher_value = AmountField(label=_("worth"), required=False, min_value=0)
    voucher_days = forms.IntegerField(label=_("good for days"), required=False, min_value=1)
    wallet = forms.ModelChoiceField(
        label=_("into the wallet"),
        queryset=Wallet.objects.filter(policy__isnull=False).order_by("code"),
        to_field_name="code",
        required=False,
        empty_label=_("of the points"),
    )
    pending_days = forms.IntegerField(
        label=_("usable after days"), required=False, min_value=0,
        help_text=_("Empty: as the wallet says."),
    )  # fmt: skip
    pending_until = forms.DateField(
        label=_("or usable from"), required=False, widget=AdminDateWidget
    )
    pending_event = forms.RegexField(
        shapes.EVENT, label=_("or once this event comes"), required=False,
        help_text=_("The name by which your tools tell it: order-delivered. They stay pending "
                    "until then."),
    )  # fmt: skip
    cancel_days = forms.IntegerField(
        label=_("cancelled after days without it"), required=False, min_value=1
    )
    expiry_kind = forms.ChoiceField(
        label=_("they expire"),
        choices=[("", _("as the wallet says")), *ExpiryKind.choices],
        required=False,
    )
    expiry_count = forms.IntegerField(label=_("after"), required=False, min_value=1)
    expiry_round_up = forms.ChoiceField(
        label=_("rounded up to"), choices=RoundUpTo.choices, required=False
    )
    expiry_dates = LinesField(label=_("or on the days (month-day)"))


def then_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gift as JSON; what is wrong in it is for publishing to refuse."""
    said: dict[str, Any] = {"give": cleaned["give"], **_effect(cleaned)}
    if cleaned["wallet"]:
        said["wallet"] = cleaned["wallet"].code
    if cleaned["pending_days"] is not None:
        said["pending_days"] = cleaned["pending_days"]
    if cleaned["pending_until"]:
        said["pending_until"] = cleaned["pending_until"].isoformat()
    if cleaned["pending_event"]:
        said["pending_event"] = cleaned["pending_event"]
    if cleaned["cancel_days"] is not None:
        said["cancel_days"] = cleaned["cancel_days"]
    if cleaned["expiry_kind"]:
        said["expiry"] = _expiry(cleaned)
    return said


def initial_of_then(then: Then) -> dict[str, Any]:
    """Return the fields that say what a rule gives, for whoever changes it."""
    effect = then.effect
    initial: dict[str, Any] = {
        "give": give_of(effect).value,
        "wallet": then.wallet,
        "pending_days": then.pending_days,
        "pending_until": then.pending_until,
        "pending_event": then.pending_event,
        "cancel_days": then.cancel_days,
    }
    if isinstance(effect, Gift):
        initial |= {
            "voucher_fr": effect.name_fr,
            "voucher_en": effect.name_en,
            "voucher_value": effect.value_cents,
            "voucher_days": effect.days,
        }
    else:
        initial |= vars(effect)
    if isinstance(effect, Rate):
        initial["per"] = effect.per_cents
    if then.expiry is not None:
        initial |= {f"expiry_{name}": value for name, value in vars(then.expiry).items()}
    return initial


def _effect(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    points = cleaned["points"]
    match cleaned["give"]:
        case Give.RATE.value:
            said = {"points": _text(points), "per_cents": cleaned["per"]}
            said |= {"carries": True} if cleaned["carries"] else {}
        case Give.PER_UNIT.value:
            said = {"points": _text(points)}
        case Give.MULTIPLIER.value:
            said = {"factor": _text(cleaned["factor"])}
        case Give.VOUCHER.value:
            said = {
                "name_fr": cleaned["voucher_fr"],
                "name_en": cleaned["voucher_en"],
                "value_cents": cleaned["voucher_value"],
                "days": cleaned["voucher_days"],
            }
        case _:
            is_whole = points is not None and points == int(points)
            said = {"points": int(points) if is_whole else _text(points)}
    return {name: value for name, value in said.items() if value is not None}


def _expiry(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    kind = cleaned["expiry_kind"]
    said: dict[str, Any] = {"kind": kind}
    if kind == ExpiryKind.DATES:
        said["dates"] = cleaned["expiry_dates"]
    elif kind != ExpiryKind.NEVER:
        said["round_up"] = cleaned["expiry_round_up"] or RoundUpTo.DAY.value
        if cleaned["expiry_count"] is not None:
            said["count"] = cleaned["expiry_count"]
    return said


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")
