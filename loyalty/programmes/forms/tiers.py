"""The ladder and its tiers as staff write them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from loyalty.programmes import ranking
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.models import Programme, RoundUpTo, Tier, TierLadder, WalletPolicy


class LadderForm(forms.ModelForm[TierLadder]):
    """What a ladder counts and how its tiers are kept. Status credits are not for spending."""

    class Meta:
        model = TierLadder
        fields = "__all__"  # noqa: DJ007 (the admin's fieldsets say which)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        wallet = cleaned.get("credit_wallet")
        if cleaned.get("counts_credits") and wallet is not None:
            policies = WalletPolicy.objects.filter(wallet=wallet)
            if not policies.exists():
                words = _("This wallet has no policy: nothing can be earned in it.")
                self.add_error("credit_wallet", words)
            shared = Programme.objects.filter(spending_wallet=wallet).exclude(household_rule="")
            if shared.exists():
                words = _("Households share what is in this wallet: tiers are each member's own.")
                self.add_error("credit_wallet", words)
        return cleaned


class TierForm(InCurrency, forms.ModelForm[Tier]):
    """A tier with its threshold as an amount. Its rank follows from the thresholds."""

    threshold_cents = AmountField(
        label=_("from a spend of"), min_value=0, required=False, initial=0
    )

    class Meta:
        model = Tier
        fields = (
            "code",
            "name_fr",
            "name_en",
            "threshold_cents",
            "threshold_visits",
            "threshold_credits",
            "multiplier",
            "expiry_kind",
            "expiry_count",
            "expiry_round_up",
            "benefits_fr",
            "benefits_en",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None
        for name in ("threshold_visits", "threshold_credits", "expiry_round_up"):
            self.fields[name].required = False

    def clean_threshold_cents(self) -> int:
        return self.cleaned_data["threshold_cents"] or 0

    def clean_threshold_visits(self) -> int:
        return self.cleaned_data["threshold_visits"] or 0

    def clean_threshold_credits(self) -> int:
        return self.cleaned_data["threshold_credits"] or 0

    def clean_expiry_round_up(self) -> str:
        return self.cleaned_data["expiry_round_up"] or RoundUpTo.DAY.value


class TiersFormSet(BaseInlineFormSet[Tier, TierLadder, TierForm]):
    """The tiers of a ladder, of which each asks for more than the one below it."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.instance for form in self.forms if form not in self.deleted_forms]
        if ranking.are_crossed(tiers=kept, ladder=self.instance):
            words = _(
                "Each tier must ask for more than the one below it, and for less of nothing "
                "that counts."
            )
            raise ValidationError(words, code="crossed")
