"""Purchases: what was bought, what it gave, and why each rule gave it or did not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.core import languages
from loyalty.core.showing import ShownOnly
from loyalty.programmes import books, wording
from loyalty.programmes.models import Category
from loyalty.programmes.rulebook import Rulebook
from members.admin import words
from members.admin.listing import OfMembers, Shown, Titled, WithAmounts
from members.models import Purchase, PurchaseLine


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


class PurchaseLineInline(Priced, Shown):
    model = PurchaseLine
    fields = ("name", "sku", "family", "count", "amount")
    readonly_fields = ("family", "count", "amount")
    ordering = ("position",)


@admin.register(Purchase)
class PurchaseAdmin(WithAmounts, OfMembers, Titled, ShownOnly, admin.ModelAdmin[Purchase]):
    list_display = ("occurred_at", "member", "store", "receipt", "total", "points", "public_id")
    list_select_related = ("member", "store")
    search_help_text = _(
        "An id, a receipt with its day (2026-11-21 R-123), or whose: an id, a card, an e-mail…"
    )
    inlines = (PurchaseLineInline,)
    fieldsets = (
        (
            _("At a glance"),
            {"fields": (("total", "awarded", "member", "tier_then"), ("occurred_at", "store"))},
        ),
        (_("Why these points"), {"fields": ("what_it_gave", "what_it_did_not_give")}),
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

    def own(self, term: str) -> Q:
        return Q(public_id=term.strip()) | _by_day(term)

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

    @admin.display(description=_("what it gave"))
    def what_it_gave(self, purchase: Purchase) -> SafeString:
        book = books.get_book()
        parts = [_given(line, book) for line in _parts(purchase, "lines")]
        told = {"parts": parts, "has_wallets": any(part["wallet"] for part in parts)}
        return render_to_string("admin/members/_given.html", told)

    @admin.display(description=_("what gave nothing, and why"))
    def what_it_did_not_give(self, purchase: Purchase) -> SafeString:
        book = books.get_book()
        parts = [
            (words.of_rule(part.get("rule", ""), book=book), wording.of_reason(part["why"]))
            for part in _parts(purchase, "refused")
        ]
        return render_to_string("admin/members/_refused.html", {"parts": parts})


def _parts(purchase: Purchase, name: str) -> Iterator[dict[str, Any]]:
    yield from purchase.award.get(name, ())


def _given(line: dict[str, Any], book: Rulebook) -> dict[str, Any]:
    """Return what one rule gave, by the names it had when it gave it."""
    basis, code, wallet = line.get("basis_cents", 0), line.get("rule", ""), line.get("wallet", "")
    called = languages.in_language(french=line.get("name_fr", ""), english=line.get("name_en", ""))
    return {
        "rule": called or words.of_rule(code, book=book),
        "basis": words.of_amount(cents=basis, currency=book.currency) if basis else "–",
        # Said only where it is not what everybody spends.
        "wallet": words.of_wallet(wallet, book=book) if wallet != book.spending_wallet else "",
        "points": line.get("points", 0),
    }


def _by_day(term: str) -> Q:
    day, _blank, receipt = term.strip().partition(" ")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return Q(pk__in=())
    return Q(business_on=on, receipt=receipt.strip()) if receipt else Q(business_on=on)


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
