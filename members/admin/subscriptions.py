"""Paid memberships, as staff look them up. Tills report fees; a member's page ends one."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import OfMembers, Shown, WithAmounts
from members.models import Subscription, SubscriptionPayment


class PaymentsInline(Shown):
    model = SubscriptionPayment
    fields = ("reference", "months", "from_on", "until_on", "occurred_at", "returned_at")


@admin.register(Subscription)
class SubscriptionAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Subscription]):
    list_display = ("member", "plan", "state", "since_on", "until_on", "months")
    list_select_related = ("member", "plan")
    list_filter = ("state", "plan")
    fields = (
        ("public_id", "state"),
        ("member", "plan"),
        ("since_on", "until_on", "months"),
        ("given_months", "next_month_on"),
        ("cancelled_at", "cancelled_by", "ended_at"),
    )
    inlines = (PaymentsInline,)

    def own(self, term: str) -> Q:
        return Q(public_id=term.strip())


@admin.register(SubscriptionPayment)
class SubscriptionPaymentAdmin(WithAmounts, ShownOnly, admin.ModelAdmin[SubscriptionPayment]):
    list_display = ("reference", "subscription", "paid", "from_on", "until_on", "occurred_at")
    list_select_related = ("subscription",)
    fields = (
        ("reference", "reported_by"),
        "subscription",
        ("paid", "months"),
        ("from_on", "until_on"),
        ("occurred_at", "recorded_at", "returned_at"),
    )
    search_fields = ("reference__exact", "subscription__public_id__exact")
    search_help_text = _("The reference of a fee, or the id of a membership.")

    @admin.display(description=_("paid"))
    def paid(self, row: Any) -> str:
        return words.of_amount(cents=row.paid_cents, currency=row.currency)
