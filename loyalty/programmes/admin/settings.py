"""The programme, its stores, its categories, its products and what it says of its wallets."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.programmes import clocking, summaries
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.books import get_book, inactivity_of
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.forms import CategoryForm, ProductForm, ProgrammeForm, WalletPolicyForm
from loyalty.programmes.models import (
    Category,
    Product,
    Programme,
    Segment,
    Store,
    WalletPolicy,
)


class _InCurrency:
    """Put before an admin whose form holds amounts."""

    def get_form(self, *args: Any, **options: Any) -> Any:
        """Give the form the currency; it looks nothing up itself."""
        form: Any = super().get_form(*args, **options)  # type: ignore[misc]  # of the admin
        form.currency = get_book().currency
        return form


@admin.register(Programme)
class ProgrammeAdmin(_InCurrency, Revising, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = ProgrammeForm
    list_display = ("name", "currency", "time_zone", "value_of_point", "rounding")
    readonly_fields = ("currency", "time_zone", "spending_wallet", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "value_of_point")}),
        (_("Arithmetic"), {"fields": ("rounding", "multipliers")}),
        (_("Two persons"), {"fields": ("approval_above_points",)}),
        (_("What counts of a basket"), {"fields": ("counts_tax", "unearning_means")}),
        (_("At the till"), {"fields": ("attach_days", "spend_proof")}),
        (
            _("Paying with points"),
            {
                "fields": (
                    "pay_share_percent",
                    ("pay_least_points", "pay_most_points"),
                    "offline_points",
                )
            },
        ),
        (_("Households"), {"fields": ("household_rule", "household_size")}),
        (
            _("Referral"),
            {"fields": (("referral_days", "referral_least_cents"), "referral_most")},
        ),
        (_("Set once"), {"fields": ("currency", "time_zone", "spending_wallet", "created_at")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The command `setup_programme` makes the programme, once."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> Any:
        """Let those who set others' limits say from where on two must agree, and nobody else."""
        shown = super().get_readonly_fields(request, obj)
        may_set = request.user.has_perm("identity.change_limit")
        return shown if may_set else (*shown, "approval_above_points")

    def has_delete_permission(self, request: HttpRequest, obj: Programme | None = None) -> bool:
        return False


@admin.register(Store)
class StoreAdmin(Revising, CodeIsKept, FoundByBeginning, admin.ModelAdmin[Store]):
    list_display = ("name", "code", "city", "is_active", "is_training")
    list_filter = ("is_active", "is_training")
    ordering = ("name", "pk")


@admin.register(Category)
class CategoryAdmin(Revising, CodeIsKept, FoundByBeginning, admin.ModelAdmin[Category]):
    form = CategoryForm
    list_display = ("name", "code", "parent", "is_excluded")
    list_filter = ("is_excluded",)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    ordering = ("name", "pk")


@admin.register(Product)
class ProductAdmin(Revising, CodeIsKept, FoundByBeginning, admin.ModelAdmin[Product]):
    form = ProductForm
    kept = ("sku",)
    code = "sku"
    names = ("name_fr", "name_en")
    search_help_text = _("The beginning of a SKU or of a name.")  # type: ignore[misc]  # Django's own is of the class
    list_display = ("sku", "name", "category", "brand")
    list_select_related = ("category",)
    show_full_result_count = False
    autocomplete_fields = ("category",)
    ordering = ("sku",)
    fields = ("sku", ("name_fr", "name_en"), "category", "brand", "tags")

    @admin.display(description=_("name"))
    def name(self, product: Product) -> str:
        return str(product)


@admin.register(Segment)
class SegmentAdmin(Revising, CodeIsKept, FoundByBeginning, admin.ModelAdmin[Segment]):
    names = ("name_fr", "name_en")
    list_display = ("name", "code")
    ordering = ("code",)

    @admin.display(description=_("name"))
    def name(self, segment: Segment) -> str:
        return str(segment)

    def has_delete_permission(self, request: HttpRequest, obj: Segment | None = None) -> bool:
        """Rules and members may hold it."""
        return False


@admin.register(WalletPolicy)
class WalletPolicyAdmin(_InCurrency, Revising, CodeIsKept, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = WalletPolicyForm
    kept = ()
    list_display = ("wallet", "name_fr", "name_en", "lives", "pending_days")
    list_select_related = ("wallet",)
    ordering = ("wallet__code",)
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"))}),
        (
            _("Life of points"),
            {"fields": (("expiry_kind", "expiry_count", "expiry_round_up"), "expiry_dates")},
        ),
        (
            _("Without activity"),
            {
                "fields": ("idle_months", "purchase_keeps", "spending_keeps", "award_keeps"),
                "description": _(
                    "Nothing is lost for what was before: from the switch on, everybody has all "
                    "the months. More or fewer months count from a member's next activity on. "
                    "Switched off, an hour or two later nobody loses points by it any more."
                ),
            },
        ),
        (_("Around it"), {"fields": (("pending_days", "refund_grace_days"), "allows_debt")}),
        (
            _("Stamp card"),
            {
                "fields": (
                    "card_stamps",
                    ("card_name_fr", "card_name_en"),
                    ("card_value_cents", "card_days"),
                )
            },
        ),
    )

    @admin.display(description=_("points expire"))
    def lives(self, policy: WalletPolicy) -> str:
        said = Expiry(
            kind=ExpiryKind(policy.expiry_kind),
            count=policy.expiry_count or 0,
            round_up=RoundUpTo(policy.expiry_round_up),
            dates=tuple(policy.expiry_dates),
        )
        lost = inactivity_of(policy)
        words = [summaries.expiry(expiry=said), *([summaries.inactivity(lost)] if lost else [])]
        return "; ".join(words)

    def save_model(self, request: HttpRequest, obj: WalletPolicy, form: Any, change: bool) -> None:
        """Keep it; where points begin to be lost without activity, say since when."""
        had = form.initial.get("idle_months") if change else None
        clocking.note_switch(policy=obj, had_months=had, at=timezone.now())
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
