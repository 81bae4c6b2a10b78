"""Membership plans as staff write them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Plan


class PlanForm(InCurrency, forms.ModelForm[Plan]):
    """A plan with its amounts in the programme's currency."""

    price_cents = AmountField(label=_("Price"), min_value=0)
    voucher_cents = AmountField(label=_("Worth"), min_value=0, required=False)

    class Meta:
        model = Plan
        fields = (
            "code", "name_fr", "name_en", "price_cents", "term_months", "is_on_sale", "tier",
            "voucher_fr", "voucher_en", "voucher_cents", "voucher_days",
        )  # fmt: skip
