"""Purchases: what was bought, what it gave, and why each rule gave it or did not."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loyalty.core import money
from loyalty.core.showing import ShownOnly
from loyalty.programmes import wording
from members.admin.listing import OfMembers, Shown, WithAmounts
from members.models import Purchase, PurchaseLine


class PurchaseLineInline(Shown):
    model = PurchaseLine
    fields = ("position", "sku", "name", "category", "quantity", "amount_cents")
    ordering = ("position",)


@admin.register(Purchase)
class PurchaseAdmin(WithAmounts, OfMembers, ShownOnly, admin.ModelAdmin[Purchase]):
    list_display = ("public_id", "occurred_at", "member", "store", "receipt", "total", "points")
    list_select_related = ("member", "store")
    search_help_text = _(
        "An id, a receipt with its day (2026-11-21 R-123), or whose: an id, a card, an e-mail…"
    )
    inlines = (PurchaseLineInline,)
    fields = (
        ("public_id", "member", "tier"),
        ("occurred_at", "business_on", "recorded_at"),
        ("store", "till", "channel", "receipt"),
        ("total", "points", "is_historic"),
        "what_it_gave",
        "what_it_did_not_give",
    )

    def own(self, term: str) -> Q:
        return Q(public_id=term.strip()) | _by_day(term)

    @admin.display(description=_("total"))
    def total(self, purchase: Purchase) -> str:
        return money.to_text(cents=purchase.total_cents, currency=purchase.currency)  # type: ignore[attr-defined]

    @admin.display(description=_("what it gave"))
    def what_it_gave(self, purchase: Purchase) -> SafeString:
        return format_html_join(
            "",
            "<p>{}: {} ({})</p>",
            (
                (_name(line), line.get("points", 0), line.get("wallet", ""))
                for line in _parts(purchase, "lines")
            ),
        )

    @admin.display(description=_("what gave nothing, and why"))
    def what_it_did_not_give(self, purchase: Purchase) -> SafeString:
        return format_html_join(
            "",
            "<p>{}: {}</p>",
            (
                (part.get("rule", ""), wording.of_reason(part["why"]))
                for part in _parts(purchase, "refused")
            ),
        )


def _parts(purchase: Purchase, name: str) -> Iterator[dict[str, Any]]:
    yield from purchase.award.get(name, ())


def _name(line: dict[str, Any]) -> str:
    name = line.get("name_fr" if get_language() == "fr" else "name_en")
    return str(name or line.get("rule", ""))


def _by_day(term: str) -> Q:
    day, _blank, receipt = term.strip().partition(" ")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return Q(pk__in=())
    return Q(business_on=on, receipt=receipt.strip()) if receipt else Q(business_on=on)


@admin.register(PurchaseLine)
class PurchaseLineAdmin(WithAmounts, ShownOnly, admin.ModelAdmin[PurchaseLine]):
    list_display = ("purchase", "position", "sku", "name", "category", "quantity", "amount")
    list_select_related = ("purchase",)
    fields = list_display
    search_fields = ("purchase__public_id",)
    search_help_text = _("The id of a purchase.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PurchaseLine], search_term: str
    ) -> tuple[QuerySet[PurchaseLine], bool]:
        term = search_term.strip()
        return (queryset.filter(purchase__public_id=term) if term else queryset), False

    @admin.display(description=_("amount"))
    def amount(self, line: PurchaseLine) -> str:
        return money.to_text(cents=line.amount_cents, currency=line.currency)  # type: ignore[attr-defined]
