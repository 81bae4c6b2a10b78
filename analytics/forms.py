"""What staff type of costs and budgets, in the programme's currency, and of surveys."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Budget, Cost, Survey, SurveyKind, SurveyTrigger
from analytics.periods import EARLIEST, LATEST
from loyalty.programmes.forms.amounts import AmountField, InCurrency

# The database multiplies an amount by its days, and would not count that far.
_MOST, _LONGEST = 1_000_000_000, timedelta(days=3_660)


class CostForm(InCurrency, forms.ModelForm[Cost]):
    """A cost of one day when no last day is given."""

    amount_cents = AmountField(label=_("Amount"), min_value=0, max_value=_MOST)
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
        first, last = cleaned.get("first_on"), cleaned["last_on"]
        if first and last and not _is_sound(first, last):
            self.add_error("last_on", gettext("This is too small or too large."))
        return cleaned


def _is_sound(first: date, last: date) -> bool:
    return first >= EARLIEST and last <= LATEST and last - first <= _LONGEST


class BudgetForm(InCurrency, forms.ModelForm[Budget]):
    planned_cents = AmountField(label=_("Planned"), min_value=0, max_value=_MOST)

    class Meta:
        model = Budget
        fields = ("year", "category", "planned_cents")


class SurveyForm(forms.ModelForm[Survey]):
    """What makes no sense together is said before it is kept."""

    class Meta:
        model = Survey
        fields = (
            *("name", "kind", "question_fr", "question_en", "trigger", "delay_hours"),
            *("share_percent", "pause_days", "open_days", "is_emailed", "is_shown"),
            *("low_score", "is_active", "starts_on", "ends_on"),
        )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        kind = SurveyKind(told.get("kind") or self.instance.kind or SurveyKind.NPS)
        low = told.get("low_score")
        if low is not None and low not in kind.scale:
            words = gettext("The scale goes from %(lowest)d to %(highest)d.")
            ends = {"lowest": kind.scale[0], "highest": kind.scale[-1]}
            self.add_error("low_score", words % ends)
        is_of_visits = told.get("trigger") == SurveyTrigger.VISIT
        if not told.get("is_shown") and (is_of_visits or not told.get("is_emailed")):
            self.add_error(
                "is_shown", gettext("Nobody would be asked: choose a way that leads to them.")
            )
        return told
