"""Campaigns as staff write them: a goal, one budget, who is held out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Campaign


class CampaignForm(InCurrency, forms.ModelForm[Campaign]):
    """A campaign with its budget in points, or in money as an amount."""

    budget_cents = AmountField(
        label=_("or in money"), required=False, min_value=0,
        help_text=_("At what a point is worth."),
    )  # fmt: skip

    class Meta:
        model = Campaign
        fields = (
            "code",
            "name_fr",
            "name_en",
            "starts_at",
            "ends_at",
            "goal",
            "target",
            "budget_points",
            "budget_cents",
            "audience",
            "holdout_percent",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].disabled = self.instance.pk is not None
