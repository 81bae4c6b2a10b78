"""The programme, its wallets, categories and products as staff write them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty.ledger.models import Wallet
from loyalty.programmes import shapes, wording
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from loyalty.programmes.forms.lists import LinesField
from loyalty.programmes.models import (
    Category,
    ExpiryKind,
    Product,
    Programme,
    TierLadder,
    WalletPolicy,
)


class ProgrammeForm(InCurrency, forms.ModelForm[Programme]):
    """The programme; means of payment are written one on each line."""

    unearning_means = LinesField(label=_("means of payment that earn nothing"))
    referral_least_cents = AmountField(
        label=_("and of at least"), min_value=0,
        help_text=_("What is left of it after returns. 0: whatever it is."),
    )  # fmt: skip

    class Meta:
        model = Programme
        fields = (
            "name", "value_of_point", "rounding", "multipliers", "counts_tax", "unearning_means",
            "pay_share_percent", "pay_least_points", "pay_most_points", "offline_points",
            "attach_days", "spend_proof", "household_rule", "household_size",
            "referral_days", "referral_least_cents", "referral_most",
        )  # fmt: skip

    def clean_unearning_means(self) -> list[str]:
        """Take each once, as a till writes it."""
        means: list[str] = self.cleaned_data["unearning_means"]
        if not all(shapes.CODE.fullmatch(one) for one in means):
            raise ValidationError(str(wording.of_fault("not-a-code")), code="not-a-code")
        return sorted(set(means))

    def clean_household_rule(self) -> str:
        """Refuse households where what they share lifts somebody's tier."""
        rule = str(self.cleaned_data["household_rule"])
        counted = TierLadder.objects.filter(
            counts_credits=True, credit_wallet=self.instance.spending_wallet_id
        )
        if rule and counted.exists():
            words = _("The tiers count the points that everybody spends: these cannot be shared.")
            raise ValidationError(words, code="counted-by-tiers")
        return rule


class WalletPolicyForm(InCurrency, forms.ModelForm[WalletPolicy]):
    """What the programme says of a wallet; a new one is named by its code, and made."""

    code = forms.SlugField(
        label=_("Code"), max_length=30,
        help_text=_("Of a new wallet: stamps, status credits. Rules name it."),
    )  # fmt: skip
    expiry_dates = LinesField(label=_("or on the days (month-day)"))
    card_value_cents = AmountField(label=_("worth"), required=False, min_value=0)

    class Meta:
        model = WalletPolicy
        fields = (
            "name_fr", "name_en", "expiry_kind", "expiry_count", "expiry_round_up",
            "expiry_dates", "idle_months", "purchase_keeps", "spending_keeps", "award_keeps",
            "pending_days", "refund_grace_days", "allows_debt", "card_stamps",
            "card_name_fr", "card_name_en", "card_value_cents", "card_days",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["code"].initial = self.instance.wallet.code
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        had = WalletPolicy.objects.filter(wallet__code=code).exclude(pk=self.instance.pk)
        if had.exists():
            raise ValidationError(_("There is a policy for this wallet already."), code="taken")
        return code

    def clean_expiry_dates(self) -> list[str]:
        dates: list[str] = self.cleaned_data["expiry_dates"]
        if not all(shapes.MONTH_AND_DAY.fullmatch(one) for one in dates):
            raise ValidationError(_("A day of the year is written as 12-31."), code="not-a-day")
        return sorted(set(dates))

    def clean(self) -> dict[str, Any]:
        """Refuse dates without their kind, and a card of what everybody spends."""
        cleaned = super().clean() or {}
        by_dates = cleaned.get("expiry_kind") == ExpiryKind.DATES
        if by_dates != bool(cleaned.get("expiry_dates")) and "expiry_dates" in cleaned:
            code = "missing" if by_dates else "needs-the-kind-dates"
            words = str(wording.of_fault(code))
            self.add_error("expiry_dates", ValidationError(words, code=code))
        spent = Programme.objects.filter(spending_wallet__code=cleaned.get("code", ""))
        if cleaned.get("card_stamps") and spent.exists():
            refused = _("The points that everybody spends are no stamps.")
            self.add_error("card_stamps", ValidationError(refused, code="spending-wallet"))
        return cleaned

    def save(self, commit: bool = True) -> WalletPolicy:
        """Keep the policy; a wallet that is not there yet is made with it."""
        if self.instance._state.adding:
            code = self.cleaned_data["code"]
            self.instance.wallet, _is_new = Wallet.objects.get_or_create(code=code)
        return super().save(commit=commit)


class CategoryForm(forms.ModelForm[Category]):
    """A category that is inside no category of its own."""

    class Meta:
        model = Category
        fields = ("code", "name", "parent", "is_excluded")

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        parents = dict(Category.objects.values_list("pk", "parent"))
        above = parent.pk if parent else None
        while above is not None:
            if above == self.instance.pk:
                raise ValidationError(_("A category is not inside itself."), code="circular")
            above = parents[above]
        return parent


class ProductForm(forms.ModelForm[Product]):
    """A product as tills and rules name it; its tags are written one on each line."""

    tags = LinesField(label=_("tags"))

    class Meta:
        model = Product
        fields = ("sku", "name_fr", "name_en", "category", "brand", "tags")

    def clean_sku(self) -> str:
        return _shaped(self.cleaned_data["sku"], shapes.SKU, "not-a-sku")

    def clean_brand(self) -> str:
        brand = self.cleaned_data["brand"]
        return _shaped(brand, shapes.WORDS, "not-a-label") if brand else ""

    def clean_tags(self) -> list[str]:
        """Take each once, as a till writes it."""
        tags = [_shaped(tag, shapes.CODE, "not-a-code") for tag in self.cleaned_data["tags"]]
        return list(dict.fromkeys(tags))


def _shaped(text: str, shape: re.Pattern[str], code: str) -> str:
    if not shape.fullmatch(text):
        raise ValidationError(str(wording.of_fault(code)), code=code)
    return text
