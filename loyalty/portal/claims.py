"""Receipts of which a member says that their points are missing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.forms.amounts import AmountField, InCurrency
from members.claiming import RECEIPT_LONGEST, Receipt
from members.models import Claim, Member

SHOWN = 20
_OLDEST = timedelta(days=366)


class ClaimForm(InCurrency, forms.Form):
    """What is printed on the receipt."""

    receipt = forms.CharField(
        label=_("Number of the receipt"),
        max_length=RECEIPT_LONGEST,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    bought_on = forms.DateField(
        label=_("Day of the purchase"), widget=forms.DateInput(attrs={"type": "date"})
    )
    total = AmountField(label=_("Total of the receipt"), min_value=0, max_digits=10)

    def __init__(self, *args: Any, today: date, currency: str, **more: Any) -> None:
        self.today, self.currency = today, currency
        super().__init__(*args, **more)

    def clean_bought_on(self) -> date:
        day: date = self.cleaned_data["bought_on"]
        if not self.today - _OLDEST <= day <= self.today:
            raise forms.ValidationError(_("Type a day of the last twelve months."))
        return day

    # Properties

    @property
    def said(self) -> Receipt:
        return Receipt(
            number=self.cleaned_data["receipt"],
            bought_on=self.cleaned_data["bought_on"],
            total_cents=self.cleaned_data["total"],
        )


def get_claims(*, member: Member) -> Sequence[Claim]:
    """Return a member's latest twenty claims with what came of each. One statement."""
    claims = Claim.objects.filter(member=member).select_related("purchase", "case")
    return list(claims.order_by("-claimed_at", "-pk")[:SHOWN])
