"""Points that tills set aside, as staff look them up: whose, and what became of them."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core.refusals import Refusal
from loyalty.core.showing import ShownOnly
from loyalty.identity.models import User
from members import reconciling, words
from members.admin.listing import OfMembers, WithAmounts
from members.models import OfflineSpending, TillHold


@admin.register(TillHold)
class TillHoldAdmin(OfMembers, WithAmounts, ShownOnly, admin.ModelAdmin[TillHold]):
    """Tills set points aside, capture and void; nobody else does."""

    list_display = ("held_at", "member", "store", "held", "worth", "captured", "state")
    list_select_related = ("member", "store", "hold")
    fields = (
        ("member", "store"),
        ("held_at", "state"),
        ("held", "worth", "captured"),
        "hold",
    )

    def own(self, term: str) -> Q:
        return Q(hold__public_id=term.strip())

    @admin.display(description=_("points"))
    def held(self, row: TillHold) -> str:
        return words.of_number(row.hold.points)

    @admin.display(description=_("points used"))
    def captured(self, row: TillHold) -> str:
        return words.of_number(row.hold.captured)

    @admin.display(description=_("worth"))
    def worth(self, row: Any) -> str:
        return words.of_amount(cents=row.value_cents, currency=row.currency)

    @admin.display(description=_("state"))
    def state(self, row: TillHold) -> str:
        return str(row.state_at(timezone.now()).label)


@admin.register(OfflineSpending)
class OfflineSpendingAdmin(OfMembers, ShownOnly, admin.ModelAdmin[OfflineSpending]):
    """What tills without a network let go, and what was missing: settled by a person."""

    list_display = ("spent_on", "member", "asked", "taken", "missing", "shortage", "settled_at")
    list_select_related = ("member", "purchase")
    list_filter = ("shortage", ("settled_at", admin.EmptyFieldListFilter))
    fields = (
        ("member", "purchase", "spent_on"),
        ("asked", "taken", "missing", "shortage"),
        ("settled_at", "settled_by"),
    )
    actions = ("settle",)
    # What the list says where it is empty.
    none_yet = _("No till has let points go without a network. What could not be taken waits "
                 "here for somebody to settle it.")  # fmt: skip

    def own(self, term: str) -> Q:
        return Q(purchase__receipt=term.strip())

    @admin.display(description=_("points missing"))
    def missing(self, row: OfflineSpending) -> str:
        return words.of_number(row.short)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(reconciling.SETTLES)

    @admin.action(description=_("What is missing has been settled"), permissions=["settle"])
    def settle(self, request: HttpRequest, rows: QuerySet[OfflineSpending]) -> None:
        """Settle each; what is refused is said, and keeps none of the others."""
        done, by = 0, cast("User", request.user)
        waiting = [row for row in rows.select_related("member") if row.is_unsettled]
        for spending in waiting:
            try:
                reconciling.settle(spending=spending, at=timezone.now(), by=by)
            except Refusal as refusal:
                messages.error(request, f"{spending.member}: {refusal.detail}")
            else:
                done += 1
        if done or not waiting:
            said = ngettext("%d payment was settled.", "%d payments were settled.", done)
            messages.success(request, said % done)
