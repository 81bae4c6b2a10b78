"""Who brought whom, and by which code. They come on joining, and end in the night."""

from typing import Any, ClassVar

from django.contrib import admin

from loyalty.core.showing import ShownOnly
from members.admin.listing import OfMembers
from members.models import Referral, ReferralCode


@admin.register(Referral)
class ReferralAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Referral]):
    whose = ("referrer", "friend")
    search_fields: ClassVar[Any] = ("public_id",)
    list_display = ("joined_at", "referrer", "friend", "state", "why")
    list_select_related = ("referrer", "friend")
    list_filter = ("state", "why")
    fields = (
        "public_id",
        ("referrer", "friend"),
        ("joined_at", "code"),
        ("state", "why"),
        "purchase",
        ("ended_at", "ended_on", "ended_by"),
    )


@admin.register(ReferralCode)
class ReferralCodeAdmin(OfMembers, ShownOnly, admin.ModelAdmin[ReferralCode]):
    list_display = ("code", "member", "issued_at")
    list_select_related = ("member",)
    fields = ("member", "code", "issued_at")
