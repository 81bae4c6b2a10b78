"""A version of a rule as staff write it: its terms in fields."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from babel.dates import get_day_names
from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, ValidationFailed
from loyalty.ledger.models import Wallet
from loyalty.programmes import publishing
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import (
    Category,
    ExpiryKind,
    RoundUpTo,
    Rule,
    RuleState,
    RuleVersion,
    Store,
    Tier,
)
from loyalty.programmes.terms import Event, Give, Rate, Stacking, Terms, give_of

_EVENTS = [
    (Event.PURCHASE.value, _("a purchase")),
    (Event.ENROLMENT.value, _("the enrolment")),
    (Event.BIRTHDAY.value, _("the birthday")),
]
_GIFTS = [
    (Give.RATE.value, _("points per whole amount")),
    (Give.MULTIPLIER.value, _("the base points, multiplied")),
    (Give.FIXED.value, _("a number of points")),
]
_MODES = [
    (Stacking.SUM.value, _("all of them apply")),
    (Stacking.BEST.value, _("only the best applies")),
    (Stacking.FIRST.value, _("only the first applies")),
]


def _weekdays() -> list[tuple[str, str]]:
    names = get_day_names("wide", locale=(get_language() or "fr").replace("-", "_"))
    return [(str(day), names[day - 1]) for day in range(1, 8)]


def _codes(
    model: type[Store | Category | Tier], label: Any
) -> forms.ModelMultipleChoiceField[Any]:
    """Return a field in which codes are chosen by the name of what they mean."""
    return forms.ModelMultipleChoiceField(
        queryset=model._default_manager.order_by("code"),
        to_field_name="code",
        required=False,
        label=label,
    )


class VersionForm(InCurrency, forms.ModelForm[RuleVersion]):
    """What a rule says from a moment on. It is published, never edited."""

    event = forms.ChoiceField(label=_("Given for"), choices=_EVENTS)
    give = forms.ChoiceField(label=_("It gives"), choices=_GIFTS)
    points = forms.DecimalField(label=_("points"), required=False, min_value=0)
    per = AmountField(label=_("for each whole"), required=False, min_value=0)
    factor = forms.DecimalField(label=_("times"), required=False, min_value=1)
    minimum_basket = AmountField(label=_("from a basket of"), required=False, min_value=0)
    categories = _codes(Category, _("on the categories, and what is inside them"))
    excluded_categories = _codes(Category, _("but never on the categories"))
    excluded_skus = forms.CharField(
        label=_("nor on the SKUs"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line."),
    )  # fmt: skip
    stores = _codes(Store, _("at the stores"))
    tiers = _codes(Tier, _("for the tiers"))
    birthday_within_days = forms.IntegerField(
        label=_("days around the birthday"), required=False, min_value=0
    )
    from_day = forms.DateField(label=_("from"), required=False, widget=AdminDateWidget)
    to_day = forms.DateField(label=_("to"), required=False, widget=AdminDateWidget)
    weekdays = forms.MultipleChoiceField(
        label=_("on the weekdays"),
        choices=_weekdays,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
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
    expiry_kind = forms.ChoiceField(
        label=_("they expire"),
        choices=[("", _("as the wallet says")), *ExpiryKind.choices],
        required=False,
    )
    expiry_count = forms.IntegerField(label=_("after"), required=False, min_value=1)
    expiry_round_up = forms.ChoiceField(
        label=_("rounded up to"), choices=RoundUpTo.choices, required=False
    )
    group = forms.SlugField(
        label=_("stacking group"), required=False,
        help_text=_("Rules of one group stack as said here; groups add up."),
    )  # fmt: skip
    mode = forms.ChoiceField(label=_("of the group"), choices=_MODES, required=False)
    takes_effect_at = forms.SplitDateTimeField(
        label=_("takes effect"), required=False, widget=AdminSplitDateTime,
        help_text=_("Empty: now."),
    )  # fmt: skip
    ends_at = forms.SplitDateTimeField(label=_("ends"), required=False, widget=AdminSplitDateTime)

    # The moment of the door, set by it: a form reads no clock.
    at: datetime

    class Meta:
        model = RuleVersion
        fields = ("rule",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            rules = Rule.objects.exclude(state=RuleState.ENDED).order_by("code")
            cast("forms.ModelChoiceField[Rule]", self.fields["rule"]).queryset = rules

    def clean_excluded_skus(self) -> str:
        """Keep one SKU on each line, without what surrounds it."""
        lines = str(self.cleaned_data["excluded_skus"]).splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())

    def clean(self) -> dict[str, Any]:
        """Ask publishing whether it would take this, so that staff see every fault at once."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                publishing.check(
                    rule=cleaned["rule"], said=self.said(), at=self.at, **self.moments()
                )
            except ValidationFailed as refused:
                self._show(refused.errors)
        return self.cleaned_data

    def said(self) -> dict[str, Any]:
        """Return what the fields say as JSON; what is wrong in it is for publishing to refuse."""
        cleaned = self.cleaned_data
        stacking = {"group": cleaned["group"], "mode": cleaned["mode"] or Stacking.SUM.value}
        return {
            "when": self._when(cleaned),
            "then": self._then(cleaned),
            **({"stacking": stacking} if cleaned["group"] or cleaned["mode"] else {}),
        }

    def moments(self) -> dict[str, datetime | None]:
        """Return from when and until when; None for now, and for no end."""
        return {name: self.cleaned_data.get(name) for name in ("takes_effect_at", "ends_at")}

    def _show(self, errors: Iterable[FieldRefusal]) -> None:
        """Show each refusal beside the field that it is about, or above all of them."""
        for error in errors:
            self.add_error(_field(error.pointer), ValidationError(str(error.detail), error.code))

    def _when(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        said = {
            "event": cleaned["event"],
            "minimum_basket_cents": cleaned["minimum_basket"],
            "birthday_within_days": cleaned["birthday_within_days"],
            "from_day": _iso(cleaned["from_day"]),
            "to_day": _iso(cleaned["to_day"]),
            "weekdays": [int(day) for day in cleaned["weekdays"]],
            "excluded_skus": cleaned["excluded_skus"].split("\n")
            if cleaned["excluded_skus"]
            else [],
        }
        for name in ("stores", "categories", "excluded_categories", "tiers"):
            said[name] = [row.code for row in cleaned[name]]
        return {name: value for name, value in said.items() if value not in (None, [])}

    def _then(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        said: dict[str, Any] = {"give": cleaned["give"], **_effect(cleaned)}
        if cleaned["wallet"]:
            said["wallet"] = cleaned["wallet"].code
        if cleaned["pending_days"] is not None:
            said["pending_days"] = cleaned["pending_days"]
        if cleaned["expiry_kind"]:
            said["expiry"] = _expiry(cleaned)
        return said


_FIELDS = {
    "/when/minimum_basket_cents": "minimum_basket",
    "/then/per_cents": "per",
    "/then/expiry/kind": "expiry_kind",
    "/then/expiry/count": "expiry_count",
    "/then/expiry/round_up": "expiry_round_up",
}


def _field(pointer: str) -> str | None:
    """Return the field that a pointer is about: /when/stores/0 is the stores."""
    name = _FIELDS.get(pointer) or pointer.rstrip("/0123456789").rpartition("/")[2]
    return name if name in VersionForm.base_fields else None


def initial_of(terms: Terms) -> dict[str, Any]:
    """Return the fields that say what terms say, for whoever changes them."""
    when, then = terms.when, terms.then
    initial: dict[str, Any] = {
        **vars(when),
        "minimum_basket": when.minimum_basket_cents,
        "weekdays": [str(day) for day in when.weekdays],
        "excluded_skus": "\n".join(when.excluded_skus),
        "give": give_of(then.effect).value,
        **vars(then.effect),
        "wallet": then.wallet,
        "pending_days": then.pending_days,
        "group": terms.group,
        "mode": terms.stacking.value,
    }
    if isinstance(then.effect, Rate):
        initial["per"] = then.effect.per_cents
    if then.expiry is not None:
        initial |= {f"expiry_{name}": value for name, value in vars(then.expiry).items()}
    return initial


def _effect(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    points = cleaned["points"]
    match cleaned["give"]:
        case Give.RATE.value:
            said = {"points": _text(points), "per_cents": cleaned["per"]}
        case Give.MULTIPLIER.value:
            said = {"factor": _text(cleaned["factor"])}
        case _:
            is_whole = points is not None and points == int(points)
            said = {"points": int(points) if is_whole else _text(points)}
    return {name: value for name, value in said.items() if value is not None}


def _expiry(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    said = {"kind": cleaned["expiry_kind"]}
    if cleaned["expiry_kind"] != ExpiryKind.NEVER:
        said["round_up"] = cleaned["expiry_round_up"] or RoundUpTo.DAY.value
        if cleaned["expiry_count"] is not None:
            said["count"] = cleaned["expiry_count"]
    return said


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
