"""What staff say of a loss: why, to whom, and later how the member came back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics import losing
from analytics.models import LossReason, WonBackBy


class LossForm(forms.Form):
    """Why a member stopped buying. `instead_of` is the reason that was read on the page."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *LossReason.choices]
    )
    competitor = forms.CharField(
        label=_("Competitor they buy from now"),
        required=False,
        max_length=losing.LONGEST_NAME,
        widget=forms.TextInput(attrs={"list": "competitors", "autocomplete": "off"}),
        help_text=_("One of the list, or a new name: it joins the list."),
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=losing.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Colleagues read it, and the member if they ask for their data."),
    )
    instead_of = forms.IntegerField(required=False, widget=forms.HiddenInput)


class WonBackForm(forms.Form):
    """How somebody who bought again was won back."""

    way = forms.ChoiceField(label=_("How did they come back?"), choices=WonBackBy.choices)
