"""Points that tills set aside, as staff look them up: whose, and what became of them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import OfMembers, WithAmounts
from members.models import TillHold


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
