"""The book of points, to read. Nobody writes here: points move through capabilities.

Every list is in the order of its key and is searched by an indexed column, whatever its size.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.ledger.models import Account, Entry, Hold, Holder, Lot, Movement, Wallet


class BookAdmin(ShownOnly, admin.ModelAdmin[Model]):
    """A table of the book. `found_by` is the indexed number that a search looks for."""

    found_by: ClassVar[str] = "account_id"
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("pk",)
    search_help_text = _("The number of an account.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by one indexed number; anything else finds nothing."""
        term = search_term.strip()
        if not term:
            return queryset, False
        is_number = term.isascii() and term.isdigit() and len(term) < 19
        found = queryset.filter(**{self.found_by: int(term)}) if is_number else queryset.none()
        return found, False

    # Numbers as they are stored: a list that named the rows behind them would load them.

    @admin.display(description=_("number"))
    def row_number(self, row: Any) -> int:
        return int(row.pk)

    @admin.display(description=_("number"))
    def place(self, row: Any) -> int:
        return int(row.number)

    @admin.display(description=_("account"))
    def account_number(self, row: Any) -> int:
        return int(row.account_id)

    @admin.display(description=_("entry"))
    def entry_number(self, row: Any) -> int:
        return int(row.entry_id)

    @admin.display(description=_("holder"))
    def holder_number(self, row: Any) -> int:
        return int(row.holder_id)


@admin.register(Wallet)
class WalletAdmin(BookAdmin):
    list_display = ("code",)
    found_by = "pk"
    search_help_text = _("The number of a wallet.")


@admin.register(Holder)
class HolderAdmin(BookAdmin):
    list_display = ("row_number", "opened_at")
    found_by = "pk"
    search_help_text = _("The number of a holder.")


@admin.register(Account)
class AccountAdmin(BookAdmin):
    list_display = (
        "row_number",
        "holder_number",
        "wallet",
        "balance",
        "pending",
        "held",
        "redeemed",
        "expired",
        "last_at",
    )
    list_select_related = ("wallet",)
    found_by = "holder_id"
    search_help_text = _("The number of a holder.")
    readonly_fields = ("balance", "book")
    fieldsets = (
        (None, {"fields": ("holder", "wallet", "balance", "book")}),
        (
            _("Buckets"),
            {
                "fields": (
                    ("issued", "debt"),
                    ("pending", "available", "held"),
                    ("redeemed", "expired", "removed"),
                )
            },
        ),
        (_("Moments"), {"fields": ("last_at", "next_event_at", "inactive_at")}),
        (_("Seal"), {"fields": ("entry_seq", "lot_seq", "last_hash")}),
    )

    @admin.display(description=_("balance"))
    def balance(self, account: Account) -> int:
        return account.available - account.debt

    @admin.display(description=_("book"))
    def book(self, account: Account) -> SafeString:
        pages = (("entry", _("Entries")), ("lot", _("Lots")), ("movement", _("Movements")))
        links = [
            format_html(
                '<a href="{}?q={}">{}</a>',
                reverse(f"admin:ledger_{name}_changelist"),
                account.pk,
                title,
            )
            for name, title in pages
        ]
        return format_html("{} · {} · {}", *links)


@admin.register(Entry)
class EntryAdmin(BookAdmin):
    list_display = (
        "place",
        "account_number",
        "kind",
        "points",
        "available_after",
        "occurred_at",
        "recorded_at",
        "reference",
        "reason",
    )


@admin.register(Lot)
class LotAdmin(BookAdmin):
    list_display = (
        "place",
        "account_number",
        "state",
        "original",
        "remaining",
        "earned_at",
        "available_at",
        "expires_at",
    )


@admin.register(Movement)
class MovementAdmin(BookAdmin):
    list_display = (
        "row_number",
        "account_number",
        "entry_number",
        "source",
        "destination",
        "points",
    )


@admin.register(Hold)
class HoldAdmin(BookAdmin):
    list_display = ("public_id", "account_number", "points", "captured", "state", "expires_at")
