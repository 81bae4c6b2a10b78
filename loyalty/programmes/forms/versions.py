"""A version of a rule as staff write it: its terms in fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, ValidationFailed
from loyalty.programmes import publishing
from loyalty.programmes.forms import gifts, limits
from loyalty.programmes.forms.amounts import InCurrency
from loyalty.programmes.forms.conditions import ConditionFields, initial_of_when, when_of
from loyalty.programmes.forms.gifts import GiftFields, initial_of_then, then_of
from loyalty.programmes.forms.limits import LimitFields, initial_of_limits, limits_of
from loyalty.programmes.models import Rule, RuleState, RuleVersion
from loyalty.programmes.terms import Stacking, Terms

_MODES = [
    (Stacking.SUM.value, _("all of them apply")),
    (Stacking.BEST.value, _("only the best applies")),
    (Stacking.FIRST.value, _("only the first applies")),
]


class VersionForm(
    InCurrency, GiftFields, ConditionFields, LimitFields, forms.ModelForm[RuleVersion]
):
    """What a rule says from a moment on. It is published, never edited."""

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
        labels: ClassVar = {"rule": _("Rule")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            rules = Rule.objects.exclude(state=RuleState.ENDED).order_by("code")
            cast("forms.ModelChoiceField[Rule]", self.fields["rule"]).queryset = rules

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
            "when": when_of(cleaned),
            "then": then_of(cleaned),
            "limits": limits_of(cleaned),
            **({"stacking": stacking} if cleaned["group"] or cleaned["mode"] else {}),
        }

    def moments(self) -> dict[str, datetime | None]:
        """Return from when and until when; None for now, and for no end."""
        return {name: self.cleaned_data.get(name) for name in ("takes_effect_at", "ends_at")}

    def _show(self, errors: Iterable[FieldRefusal]) -> None:
        """Show each refusal beside the field that it is about, or above all of them."""
        for error in errors:
            self.add_error(_field(error.pointer), ValidationError(str(error.detail), error.code))


_FIELDS = {
    "/when/minimum_basket_cents": "minimum_basket",
    "/when/maximum_basket_cents": "maximum_basket",
    **gifts.PLACES,
    **limits.PLACES,
}


def _field(pointer: str) -> str | None:
    """Return the field that a pointer is about: /when/stores/0 is the stores."""
    name = _FIELDS.get(pointer) or pointer.rstrip("/0123456789").rpartition("/")[2]
    return name if name in VersionForm.base_fields else None


def initial_of(terms: Terms) -> dict[str, Any]:
    """Return the fields that say what terms say, for whoever changes them."""
    return {
        **initial_of_when(terms.when),
        **initial_of_then(terms.then),
        **initial_of_limits(terms.limits),
        "group": terms.group,
        "mode": terms.stacking.value,
    }
