"""The catalogue: what is offered, at what price, to whom, when, and how many are left."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core import ids
from loyalty.core.showing import FirstPages, Refusing, ShownOnly
from loyalty.programmes import money
from loyalty.programmes.books import get_book
from rewards import picturing, stocking
from rewards.forms import PricesFormSet, RewardForm
from rewards.models import Picture, PoolCode, Redemption, Reward, RewardCategory, RewardPrice


class PriceInline(admin.StackedInline[RewardPrice, Reward]):
    model = RewardPrice
    formset = PricesFormSet
    fields = (("wallet", "cost"),)
    extra = 0

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change a price may also drop it: its history stays."""
        return self.has_change_permission(request, obj)


@admin.register(Reward)
class RewardAdmin(Refusing, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = RewardForm
    inlines = (PriceInline,)
    list_display = (
        "thumbnail",
        "title",
        "category",
        "cost",
        "left",
        "minimum_tier",
        "is_active",
        "ends_at",
    )
    list_display_links = ("title",)
    list_filter = ("is_active", "kind", "category", "minimum_tier")
    list_select_related = ("minimum_tier", "category")
    show_full_result_count = False
    search_fields = ("name_fr", "name_en")
    search_help_text = _("What its name contains, in either language.")
    ordering = ("cost", "id")
    readonly_fields = ("left", "preview", "so_far")
    fieldsets = (
        (
            _("What it is"),
            {
                "fields": (
                    ("kind", "category", "external_id"),
                    ("name_fr", "name_en"),
                    ("description_fr", "description_en"),
                    ("where_fr", "where_en"),
                ),
            },
        ),
        (
            _("Picture"),
            {
                "description": _(
                    "What the picture shows is read aloud to whoever cannot see it. Leave it empty"
                    " where the name says as much."
                ),
                "fields": (
                    "preview",
                    ("new_picture", "has_no_picture"),
                    ("picture_alt_fr", "picture_alt_en"),
                ),
            },
        ),
        (
            _("Price"),
            {
                "description": _("Prices in other wallets, below, are paid together with this."),
                "fields": (("wallet", "cost"), "value_cents"),
            },
        ),
        (
            _("Who may have it, and how often"),
            {"fields": ("minimum_tier", ("limit_count", "limit_days"))},
        ),
        (
            _("Stock"),
            {
                "description": _(
                    "With a pool, each voucher carries one of its codes, and an empty pool is an"
                    " empty shelf."
                ),
                "fields": ("left", ("pieces", "has_no_limit"), "pool"),
            },
        ),
        (
            _("When"),
            {
                "description": _(
                    "Offered: when it can be taken. Shown: when the catalogue shows it; left"
                    " empty, while it can be taken."
                ),
                "fields": (
                    "is_active",
                    ("starts_at", "ends_at"),
                    ("appears_at", "disappears_at"),
                    "voucher_days",
                ),
            },
        ),
        (_("So far"), {"fields": ("so_far",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reward]:
        """Count the codes left of each pool beside its rewards, in the same statement."""
        free = PoolCode.objects.free().filter(pool=OuterRef("pool")).order_by().values("pool")
        counted = Coalesce(Subquery(free.annotate(count=Count("pk")).values("count")), 0)
        rows: QuerySet[Reward] = super().get_queryset(request)
        return rows.annotate(free_codes=counted)

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """Give the form the currency in which it writes amounts."""
        form: Any = super().get_form(request, *args, **options)
        form.currency = get_book().currency
        return form

    @admin.display(description=_("name"), ordering="name_fr")
    def title(self, reward: Reward) -> str:
        return reward.name

    @admin.display(description=_("picture"))
    def thumbnail(self, reward: Reward) -> str:
        return _drawn(reward.picture_id, alt="", style="desk-thumbnail")

    @admin.display(description=_("picture"))
    def preview(self, reward: Reward) -> str:
        return _drawn(reward.picture_id, alt=reward.picture_alt, style="desk-preview")

    @admin.display(description=_("in stock"), ordering="stock")
    def left(self, reward: Reward) -> str:
        pieces = gettext("no limit") if reward.stock is None else str(reward.stock)
        if reward.pool_id is None:
            return pieces
        count = getattr(reward, "free_codes", 0)
        codes = ngettext("%(count)d code", "%(count)d codes", count) % {"count": count}
        return codes if reward.stock is None else f"{pieces} ({codes})"

    @admin.display(description=_("redeemed"))
    def so_far(self, reward: Reward) -> str:
        return _so_far(reward) if reward.pk else "–"

    def save_model(
        self, request: HttpRequest, obj: Reward, form: ModelForm[Reward], change: bool
    ) -> None:
        """Write what the form says and nothing of the stock, then move the stock."""
        self._hang(obj, form)
        if change:
            # A sale since the form was opened has changed the stock of the row.
            obj.save(update_fields=(*RewardForm.Meta.fields, "picture"))
        else:
            obj.public_id = ids.new("rew")
            super().save_model(request, obj, form, change)
        if form.cleaned_data["has_no_limit"]:
            stocking.stop_counting(reward=obj)
        elif pieces := form.cleaned_data["pieces"]:
            stocking.restock(reward=obj, pieces=pieces)

    def _hang(self, reward: Reward, form: ModelForm[Reward]) -> None:
        """Hang the new picture, or take the old one down; the history keeps showing it."""
        if drawn := form.cleaned_data["new_picture"]:
            reward.picture = picturing.keep(drawn=drawn, at=timezone.now())
        elif form.cleaned_data["has_no_picture"]:
            reward.picture = None


@admin.register(RewardCategory)
class RewardCategoryAdmin(admin.ModelAdmin[RewardCategory]):
    list_display = ("title", "code", "place")
    ordering = ("place", "pk")
    search_fields = ("code",)
    fields = (("name_fr", "name_en"), ("code", "place"))

    @admin.display(description=_("name"))
    def title(self, category: RewardCategory) -> str:
        return category.name


@admin.register(RewardPrice)
class RewardPriceAdmin(ShownOnly, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Prices in other wallets. They are changed on the reward's page; here is their history."""

    list_display = ("reward", "wallet", "cost")
    list_select_related = ("reward", "wallet")
    ordering = ("-pk",)
    fields = ("reward", ("wallet", "cost"))


@admin.register(Picture)
class PictureAdmin(ShownOnly, admin.ModelAdmin[Picture]):
    """Pictures as they are served. They come and go on the pages of rewards."""

    list_display = ("name", "width", "height", "made_at")
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-made_at", "pk")
    fields = ("shown", ("width", "height", "made_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Picture]:
        return super().get_queryset(request).defer("content")

    @admin.display(description=_("picture"))
    def shown(self, picture: Picture) -> str:
        return _drawn(picture.pk, alt="", style="desk-preview")


def _drawn(name: str | None, *, alt: str, style: str) -> str:
    if not name:
        return "–"
    address = reverse("rewards:picture", args=[name])
    return format_html('<img src="{}" alt="{}" class="{}">', address, alt, style)


def _so_far(reward: Reward) -> str:
    """Say how often it was taken and what that came to, cancelled ones apart."""
    stands = Q(cancelled_at=None)
    sums = Redemption.objects.filter(reward=reward).aggregate(
        taken=Count("pk", filter=stands),
        cancelled=Count("pk", filter=~stands),
        points=Coalesce(Sum("points", filter=stands), 0),
        cents=Coalesce(Sum("voucher__value_cents", filter=stands), 0),
    )
    worth = money.to_words(
        cents=sums.pop("cents"), currency=get_book().currency, language=get_language() or "fr"
    )
    words = gettext(
        "Redeemed: %(taken)d (%(points)d points, vouchers worth %(worth)s)."
        " Cancelled: %(cancelled)d."
    )
    return words % {**sums, "worth": worth}
