"""What staff type of costs and budgets: amounts in the programme's currency."""

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.models import Budget, Cost
from loyalty.programmes.forms.amounts import AmountField, InCurrency


class CostForm(InCurrency, forms.ModelForm[Cost]):
    """A cost of one day when no last day is given."""

    amount_cents = AmountField(label=_("Amount"), min_value=0)
    last_on = forms.DateField(
        label=_("Last day"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: the first day alone. Otherwise the amount is spread evenly."),
    )  # fmt: skip

    class Meta:
        model = Cost
        fields = ("category", "amount_cents", "first_on", "last_on", "note")
        widgets = {"first_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        cleaned["last_on"] = cleaned.get("last_on") or cleaned.get("first_on")
        return cleaned


class BudgetForm(InCurrency, forms.ModelForm[Budget]):
    planned_cents = AmountField(label=_("Planned"), min_value=0)

    class Meta:
        model = Budget
        fields = ("year", "category", "planned_cents")
