"""The catalogue with its stock, and what members took."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core import ids, keys
from loyalty.core.refusals import Refusal
from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.programmes.books import get_book
from loyalty.programmes.forms.amounts import AmountField, InCurrency
from members import codes
from rewards import redeeming, stocking
from rewards.models import Redemption, Reward


class RewardForm(InCurrency, forms.ModelForm[Reward]):
    """Stock is never typed over: pieces are added to it while members go on taking some."""

    value_cents = AmountField(label=_("Worth"), required=False, min_value=0)
    pieces = forms.IntegerField(
        label=_("Pieces to add"),
        required=False,
        help_text=_(
            "A negative number takes pieces out. What members take meanwhile stays taken."
        ),
    )
    has_no_limit = forms.BooleanField(label=_("As many as asked for"), required=False)

    class Meta:
        model = Reward
        fields = (
            "kind",
            "name_fr",
            "name_en",
            "description_fr",
            "description_en",
            "wallet",
            "cost",
            "value_cents",
            "minimum_tier",
            "voucher_days",
            "starts_at",
            "ends_at",
            "is_active",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        pieces, left = cleaned.get("pieces") or 0, self.instance.stock or 0
        if cleaned.get("has_no_limit") and pieces:
            self.add_error("pieces", _("Either add pieces or offer as many as asked for."))
        elif left + pieces < 0:
            self.add_error("pieces", ValidationError(stocking.StockTooSmall.title))
        return cleaned


@admin.register(Reward)
class RewardAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = RewardForm
    list_display = ("title", "kind", "cost", "left", "minimum_tier", "is_active", "ends_at")
    list_filter = ("is_active", "kind", "minimum_tier")
    list_select_related = ("minimum_tier",)
    show_full_result_count = False
    search_fields = ("name_fr", "name_en")
    ordering = ("cost", "id")
    readonly_fields = ("left",)
    fieldsets = (
        (None, {"fields": ("kind", ("name_fr", "name_en"), "description_fr", "description_en")}),
        (_("Price"), {"fields": (("wallet", "cost"), "value_cents", "minimum_tier")}),
        (_("Stock"), {"fields": ("left", "pieces", "has_no_limit")}),
        (_("Offered"), {"fields": ("is_active", ("starts_at", "ends_at"), "voucher_days")}),
    )

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """Give the form the currency in which it writes amounts."""
        form: Any = super().get_form(request, *args, **options)
        form.currency = get_book().currency
        return form

    @admin.display(description=_("name"), ordering="name_fr")
    def title(self, reward: Reward) -> str:
        return reward.name

    @admin.display(description=_("in stock"), ordering="stock")
    def left(self, reward: Reward) -> str:
        return gettext("no limit") if reward.stock is None else str(reward.stock)

    def save_model(
        self, request: HttpRequest, obj: Reward, form: forms.ModelForm[Reward], change: bool
    ) -> None:
        """Write what the form says and nothing of the stock, then move the stock."""
        if change:
            # A sale since the form was opened has changed the stock of the row.
            obj.save(update_fields=RewardForm.Meta.fields)
        else:
            obj.public_id = ids.new("rew")
            super().save_model(request, obj, form, change)
        if form.cleaned_data["has_no_limit"]:
            stocking.stop_counting(reward=obj)
        elif pieces := form.cleaned_data["pieces"]:
            stocking.restock(reward=obj, pieces=pieces)


@admin.register(Redemption)
class RedemptionAdmin(ShownOnly, admin.ModelAdmin[Redemption]):
    list_display = ("public_id", "redeemed_at", "member", "reward", "points", "cancelled_at")
    list_filter = ("reward",)
    list_select_related = ("member", "reward")
    paginator = FirstPages
    show_full_result_count = False
    search_fields = ("public_id",)
    search_help_text = _("The id of a redemption or of a member, or a voucher's code.")
    actions = ("cancel_redemptions",)
    fields = (
        ("public_id", "reward", "points"),
        ("member", "redeemed_at", "actor"),
        ("voucher", "is_from_stock"),
        ("cancelled_at", "cancelled_by"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Redemption], search_term: str
    ) -> tuple[QuerySet[Redemption], bool]:
        """Find by index only: the shape of the term says which."""
        return _found(queryset, search_term), False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rewards.change_redemption")

    @admin.action(description=_("Cancel and give the points back"), permissions=["cancel"])
    def cancel_redemptions(self, request: HttpRequest, chosen: QuerySet[Redemption]) -> None:
        """Cancel each; what is refused is said, and keeps none of the others."""
        done = 0
        for redemption in chosen.with_details():  # type: ignore[attr-defined]
            done += self._cancel(request, redemption)
        if done:
            said = ngettext("%d redemption cancelled.", "%d redemptions cancelled.", done)
            messages.success(request, said % done)

    def _cancel(self, request: HttpRequest, redemption: Redemption) -> bool:
        try:
            redeeming.cancel(
                redemption=redemption,
                key=keys.digest(scope="desk", key=f"cancel:{redemption.public_id}"),
                at=timezone.now(),
                actor=f"user:{request.user.pk}",
            )
        except Refusal as refusal:
            messages.error(request, f"{redemption.public_id}: {refusal.detail}")
            return False
        return True


def _found(rows: QuerySet[Redemption], term: str) -> QuerySet[Redemption]:
    term = term.strip()
    if not term:
        return rows
    if code := codes.read(term):
        return rows.filter(voucher__code=code)
    path = "member__public_id" if term.startswith("mem_") else "public_id"
    return rows.filter(**{path: term})
