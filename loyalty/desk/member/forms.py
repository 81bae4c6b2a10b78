"""What staff say when they act on a member: why, with which card, in which words."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.desk.audit.differences import REASONS
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Plan, Tier
from members import giving, noting


def _choices(*codes: str) -> list[tuple[str, object]]:
    return [("", _("Choose a reason")), *((code, REASONS[code]) for code in codes)]


class BlockForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("misuse", "checking", "member-asked", "other")
    )


class UnblockForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=_choices("settled", "mistake", "other"))


class ReplaceForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("lost", "stolen", "damaged", "other")
    )
    number = forms.CharField(
        label=_("New printed number"),
        required=False,
        max_length=60,
        help_text=_("Without one, a number is made."),
    )
    # Made with the page: pressing twice replaces once.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class GiveTierForm(forms.Form):
    tier = forms.ModelChoiceField(
        label=_("Tier"), queryset=Tier.objects.order_by("-rank"), empty_label=_("Choose a tier")
    )
    until = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Until its evening they hold at least this tier, whatever they buy."),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *giving.GivenReason.choices]
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=noting.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Colleagues read it, and the member if they ask for their data."),
    )


class WaitingForm(forms.Form):
    """Which points that wait for an event, whether it has come, and why staff say so."""

    lot = forms.TypedChoiceField(label=_("Points"), coerce=int)
    comes = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("", _("Choose whether it has come")),
                 ("yes", _("The event has come: they can be used now")),
                 ("no", _("It will not come: cancel them"))],
        coerce=lambda said: said == "yes",
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("proven", "not-coming", "mistake", "other")
    )

    def __init__(self, *args: Any, waiting: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.TypedChoiceField", self.fields["lot"]).choices = [*waiting] or [
            ("", _("Nothing waits for an event"))
        ]


class ShareForm(forms.Form):
    whom = forms.CharField(
        label=_("With whom"),
        max_length=254,
        help_text=_("The card number, e-mail or id of somebody who agrees, with or without a"
                    " household."),
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("member-asked", "mistake", "other")
    )


class HouseholdForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("member-asked", "misuse", "mistake", "other")
    )


class ReferralForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), choices=_choices("member-asked", "misuse", "mistake", "other")
    )


class FeeForm(InCurrency, forms.Form):
    """What somebody paid for which plan; by the number of its receipt it is recorded once."""

    plan = forms.ModelChoiceField(
        label=_("Membership plan"),
        queryset=Plan.objects.order_by("code"),
        empty_label=_("Choose a plan"),
    )
    paid = AmountField(label=_("Paid"), min_value=0)
    reference = forms.CharField(
        label=_("Reference"), max_length=80, help_text=_("The number of the receipt.")
    )
    # Made with the page: pressing twice records once.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("New note"),
        max_length=noting.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Colleagues read it, and the member if they ask for their data."),
    )
