"""What staff type of rewards and their codes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from rewards import picturing, pooling, stocking
from rewards.models import Reward, RewardPrice

_PICTURES = ",".join(("image/jpeg", "image/png", "image/webp"))


class RewardForm(InCurrency, forms.ModelForm[Reward]):
    """Stock is never typed over: pieces are added to it while members go on taking some."""

    value_cents = AmountField(
        label=_("Worth"),
        required=False,
        min_value=0,
        help_text=_("What it costs you, or what the voucher takes off: it counts in your costs."),
    )
    pieces = forms.IntegerField(
        label=_("Pieces to add"),
        required=False,
        help_text=_(
            "A negative number takes pieces out. What members take meanwhile stays taken."
        ),
    )
    has_no_limit = forms.BooleanField(label=_("As many as asked for"), required=False)
    new_picture = forms.FileField(
        label=_("New picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": _PICTURES}),
        help_text=_(
            "JPEG, PNG or WebP, up to 8 MB; wider than high looks best. Where and when it was"
            " taken is removed."
        ),
    )
    has_no_picture = forms.BooleanField(label=_("Without a picture"), required=False)

    class Meta:
        model = Reward
        fields = (
            "kind",
            "category",
            "external_id",
            "name_fr",
            "name_en",
            "description_fr",
            "description_en",
            "where_fr",
            "where_en",
            "picture_alt_fr",
            "picture_alt_en",
            "wallet",
            "cost",
            "value_cents",
            "pool",
            "limit_count",
            "limit_days",
            "minimum_tier",
            "voucher_days",
            "appears_at",
            "disappears_at",
            "starts_at",
            "ends_at",
            "is_active",
        )

    def clean_new_picture(self) -> picturing.Drawn | None:
        file = self.cleaned_data.get("new_picture")
        if file is None:
            return None
        try:
            return picturing.read(file=file)
        except Refusal as refusal:
            raise ValidationError(str(refusal.detail), code=refusal.code) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        pieces, left = cleaned.get("pieces") or 0, self.instance.stock or 0
        if cleaned.get("has_no_limit") and pieces:
            self.add_error("pieces", _("Either add pieces or offer as many as asked for."))
        elif left + pieces < 0:
            self.add_error("pieces", ValidationError(stocking.StockTooSmall.title))
        if cleaned.get("has_no_picture") and cleaned.get("new_picture"):
            self.add_error("new_picture", _("Either a new picture or none."))
        return cleaned


class PricesFormSet(forms.BaseInlineFormSet[RewardPrice, Reward, Any]):
    """Prices in other wallets than the reward's first."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            wallet = form.cleaned_data.get("wallet")
            if wallet is not None and wallet.pk == self.instance.wallet_id:
                form.add_error("wallet", _("This wallet is already the first price."))


class CodesForm(forms.Form):
    """A file of codes, to look at or to add."""

    file = forms.FileField(
        label=_("File of codes"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        help_text=_("CSV or text, one code a line, up to 5 MB. A heading is passed over."),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > pooling.MOST_BYTES:
            raise ValidationError(pooling.BadCodesFile.title, code=pooling.BadCodesFile.code)
        content: bytes = file.read()
        return content
