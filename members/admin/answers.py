"""What members answered about being written to, and how they moved on the ladder: to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from loyalty.core.showing import ShownOnly
from members.admin.listing import OfMembers, Shown
from members.models import Consent, TierChange


class ConsentInline(Shown):
    model = Consent
    fields = ("said_at", "channel", "purpose", "is_given", "text_version", "said_where")


class TierChangeInline(Shown):
    model = TierChange
    fk_name = "member"
    fields = ("changed_at", "from_tier", "to_tier", "reason", "actor", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TierChange]:
        return super().get_queryset(request).select_related("from_tier", "to_tier")


@admin.register(Consent)
class ConsentAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Consent]):
    list_display = ("said_at", "member", "channel", "purpose", "is_given", "text_version")
    list_filter = ("channel", "purpose", "is_given")
    list_select_related = ("member",)
    fields = (
        ("member", "said_at"),
        ("channel", "purpose", "is_given"),
        ("text_version", "said_where", "recorded_by"),
    )


@admin.register(TierChange)
class TierChangeAdmin(OfMembers, ShownOnly, admin.ModelAdmin[TierChange]):
    list_display = ("changed_at", "member", "from_tier", "to_tier", "reason", "until")
    list_filter = ("to_tier",)
    list_select_related = ("member", "from_tier", "to_tier")
    fields = (
        ("member", "changed_at"),
        ("from_tier", "to_tier", "until"),
        ("reason", "actor"),
    )
