"""Purchases: what was bought, what it gave, and why each rule gave it or did not."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines
from loyalty.core.showing import ShownOnly
from loyalty.programmes.models import Category
from members import words
from members.admin import awarding
from members.admin.listing import OfMembers, Titled, WithAmounts
from members.models import Purchase, PurchaseLine

_MOST_OF_A_DAY = 500


class Priced(WithAmounts):
    """Put before an admin of purchase lines: amounts, quantities and categories in words."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        name = Category.objects.filter(code=OuterRef("category")).values("name")
        named: QuerySet[Any] = super().get_queryset(request).annotate(category_name=Subquery(name))
        return named

    @admin.display(description=_("category"))
    def family(self, line: PurchaseLine) -> str:
        return line.category_name or line.category  # type: ignore[attr-defined]

    @admin.display(description=_("quantity"))
    def count(self, line: PurchaseLine) -> str:
        return words.of_number(line.quantity)

    @admin.display(description=_("amount"))
    def amount(self, line: PurchaseLine) -> str:
        return words.of_amount(cents=line.amount_cents, currency=line.currency)  # type: ignore[attr-defined]


@admin.register(Purchase)
class PurchaseAdmin(WithAmounts, OfMembers, Titled, ShownOnly, admin.ModelAdmin[Purchase]):
    list_display = ("occurred_at", "member", "store", "receipt", "total", "points")
    list_select_related = ("member", "store")
    search_help_text = _(
        "An id, a receipt with its day (2026-11-21 R-123), or whose: an id, a card, an e-mail…"
    )
    fieldsets = (
        (
            _("At a glance"),
            {"fields": (("total", "awarded", "member", "tier_then"), ("occurred_at", "store"))},
        ),
        (_("Basket"), {"fields": ("basket",)}),
        (
            _("Why these points"),
            {
                "fields": (
                    "what_it_gave",
                    "what_it_did_not_give",
                    "what_was_known",
                    "where_it_is_booked",
                )
            },
        ),
        (_("Returns"), {"fields": ("what_came_back",)}),
        (
            _("Receipt"),
            {
                "fields": (
                    ("receipt", "till", "place", "business_on"),
                    ("public_id", "recorded_at", "is_historic"),
                )
            },
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Purchase], search_term: str
    ) -> tuple[QuerySet[Purchase], bool]:
        """Of a day, take what its index says first: sorted by key, it would read all the days."""
        day = _day_in(search_term.strip())
        if day is None:
            return super().get_search_results(request, queryset, search_term)
        that_day = queryset.filter(business_on=day).values_list("pk", flat=True)
        found = engines.first_keys([that_day], most=_MOST_OF_A_DAY)
        return queryset.filter(pk__in=found), False

    def own(self, term: str) -> Q:
        return Q(public_id=term.strip()) | _by_receipt(term)

    def title_of(self, shown: Purchase) -> str:
        return gettext("Purchase of %s") % date_format(shown.business_on)

    @admin.display(description=_("total"))
    def total(self, purchase: Purchase) -> str:
        return words.of_amount(cents=purchase.total_cents, currency=purchase.currency)  # type: ignore[attr-defined]

    @admin.display(description=_("points awarded"))
    def awarded(self, purchase: Purchase) -> str:
        return words.of_number(purchase.points)

    @admin.display(description=_("tier at the time"))
    def tier_then(self, purchase: Purchase) -> str:
        return words.of_tier(purchase.tier)

    @admin.display(description=_("channel"))
    def place(self, purchase: Purchase) -> str:
        return words.of_place(purchase.channel)

    @admin.display(description=_("lines"))
    def basket(self, purchase: Purchase) -> SafeString:
        return awarding.show_basket(purchase=purchase)

    @admin.display(description=_("what it gave"))
    def what_it_gave(self, purchase: Purchase) -> SafeString:
        return awarding.show_given(purchase=purchase)

    @admin.display(description=_("what gave nothing, and why"))
    def what_it_did_not_give(self, purchase: Purchase) -> SafeString:
        return awarding.show_refused(purchase=purchase)

    @admin.display(description=_("what was known of the member"))
    def what_was_known(self, purchase: Purchase) -> SafeString:
        return awarding.show_facts(purchase=purchase)

    @admin.display(description=_("what came back, and what it took"))
    def what_came_back(self, purchase: Purchase) -> SafeString:
        return awarding.show_returns(purchase=purchase)

    @admin.display(description=_("in the book of points"))
    def where_it_is_booked(self, purchase: Purchase) -> SafeString:
        return awarding.show_entries(purchase=purchase)


def _by_receipt(term: str) -> Q:
    first, _blank, receipt = term.strip().partition(" ")
    day = _day_in(first)
    return Q(pk__in=()) if day is None else Q(business_on=day, receipt=receipt.strip())


def _day_in(text: str) -> date | None:
    try:
        # Ten characters: eight digits would be a day as well, and are how a card begins.
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@admin.register(PurchaseLine)
class PurchaseLineAdmin(Priced, ShownOnly, admin.ModelAdmin[PurchaseLine]):
    list_display = ("purchase", "position", "sku", "name", "family", "count", "amount")
    list_select_related = ("purchase",)
    fields = list_display
    search_fields = ("purchase__public_id",)
    search_help_text = _("The id of a purchase.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PurchaseLine], search_term: str
    ) -> tuple[QuerySet[PurchaseLine], bool]:
        term = search_term.strip()
        return (queryset.filter(purchase__public_id=term) if term else queryset), False
