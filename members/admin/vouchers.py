"""Vouchers: whose, what they stand for, until when, and by whom they were taken."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import codes, words
from members.admin.listing import OfMembers, WithAmounts
from members.models import Voucher
from members.models.vouchers import ENDING, ends_with


@admin.register(Voucher)
class VoucherAdmin(WithAmounts, OfMembers, ShownOnly, admin.ModelAdmin[Voucher]):
    """A code spends: who may not change vouchers is shown its last group alone."""

    list_display = ("ending", "member", "title", "state", "issued_at", "expires_at", "used_at")
    list_filter = ("state",)
    list_select_related = ("member",)
    search_help_text = _(
        "A voucher's code or its last five characters, the id of what gave it, or whose:"
        " an id, a card, an e-mail…"
    )
    fields = (
        ("spelled", "state"),
        ("member", "origin"),
        ("title", "worth"),
        ("issued_at", "expires_at"),
        ("used_at", "used_by"),
    )

    def get_fields(self, request: HttpRequest, obj: Voucher | None = None) -> Any:
        if request.user.has_perm("members.change_voucher"):
            return self.fields
        return (("ending", "state"), *self.fields[1:])

    def own(self, term: str) -> Q:
        if len(term.strip()) == ENDING:
            return Q(ends_with(term))
        known = [code for code in (codes.read(term), codes.fold(term)) if code]
        return Q(code__in=known) | Q(origin=term.strip())

    @admin.display(description=_("code"))
    def ending(self, voucher: Voucher) -> str:
        return str(voucher)

    @admin.display(description=_("code"))
    def spelled(self, voucher: Voucher) -> str:
        return voucher.spelled

    @admin.display(description=_("name"))
    def title(self, voucher: Voucher) -> str:
        return voucher.name

    @admin.display(description=_("Worth"))
    def worth(self, voucher: Voucher) -> str | None:
        if voucher.value_cents is None:
            return None
        return words.of_amount(cents=voucher.value_cents, currency=voucher.currency)  # type: ignore[attr-defined]
