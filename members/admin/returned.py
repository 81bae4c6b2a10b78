"""What came back of purchases, as staff look it up."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import WithAmounts
from members.models import Return, ReturnLine


@admin.register(Return)
class ReturnAdmin(WithAmounts, ShownOnly, admin.ModelAdmin[Return]):
    """Returns of purchases. Tills record them; what each took back is in the book of points."""

    list_display = ("receipt_or_id", "purchase", "store", "occurred_at", "amount")
    list_select_related = ("purchase", "store")
    fields = ("public_id", "purchase", "store", "till", "receipt", "occurred_at", "amount")
    search_fields = ("public_id",)
    search_help_text = _("The id of a return or of its purchase.")

    @admin.display(description=_("receipt"))
    def receipt_or_id(self, returned: Return) -> str:
        return str(returned)

    @admin.display(description=_("amount"))
    def amount(self, returned: Any) -> str:
        return words.of_amount(cents=returned.total_cents, currency=returned.currency)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Return], search_term: str
    ) -> tuple[QuerySet[Return], bool]:
        return _of_id(queryset, search_term, "public_id", "purchase__public_id"), False


@admin.register(ReturnLine)
class ReturnLineAdmin(WithAmounts, ShownOnly, admin.ModelAdmin[ReturnLine]):
    list_display = ("returned", "line", "quantity", "amount")
    list_select_related = ("returned", "line")
    fields = list_display
    search_fields = ("returned__public_id",)
    search_help_text = _("The id of a return.")

    @admin.display(description=_("amount"))
    def amount(self, line: Any) -> str:
        return words.of_amount(cents=line.amount_cents, currency=line.currency)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReturnLine], search_term: str
    ) -> tuple[QuerySet[ReturnLine], bool]:
        return _of_id(queryset, search_term, "returned__public_id"), False


def _of_id(rows: QuerySet[Any], term: str, *columns: str) -> QuerySet[Any]:
    """Find rows by an id in one of the columns; nothing typed finds all."""
    asked = term.strip()
    if not asked:
        return rows
    found = rows.none()
    for column in columns:
        found |= rows.filter(**{column: asked})
    return found
