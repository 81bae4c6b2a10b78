"""What members answered about being written to, and how they moved on the ladder: to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members.admin import words
from members.admin.listing import OfMembers, Shown
from members.models import Consent, TierChange


class Answered:
    """Put before an admin of consents: where it was said, in words."""

    @admin.display(description=_("where"))
    def where(self, consent: Consent) -> str:
        return words.of_place(consent.said_where)


class Moved:
    """Put before an admin of tier changes: from, to and why, in words."""

    @admin.display(description=_("from"))
    def left(self, change: TierChange) -> str:
        return words.of_tier(change.from_tier)

    @admin.display(description=_("to"))
    def reached(self, change: TierChange) -> str:
        return words.of_tier(change.to_tier)

    @admin.display(description=_("reason"))
    def why(self, change: TierChange) -> str:
        return words.of_move(change.reason)


class ConsentInline(Answered, Shown):
    model = Consent
    fields = ("said_at", "channel", "purpose", "is_given", "where", "text_version")
    readonly_fields = ("where",)


class TierChangeInline(Moved, Shown):
    model = TierChange
    fk_name = "member"
    verbose_name_plural = _("Tier history")
    fields = ("changed_at", "left", "reached", "why", "until")
    readonly_fields = ("left", "reached", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TierChange]:
        return super().get_queryset(request).select_related("from_tier", "to_tier")


@admin.register(Consent)
class ConsentAdmin(Answered, OfMembers, ShownOnly, admin.ModelAdmin[Consent]):
    list_display = ("said_at", "member", "channel", "purpose", "is_given", "text_version")
    list_filter = ("channel", "purpose", "is_given")
    list_select_related = ("member",)
    fields = (
        ("member", "said_at"),
        ("channel", "purpose", "is_given"),
        ("text_version", "where", "recorded_by"),
    )


@admin.register(TierChange)
class TierChangeAdmin(Moved, OfMembers, ShownOnly, admin.ModelAdmin[TierChange]):
    list_display = ("changed_at", "member", "left", "reached", "why", "until")
    list_filter = ("to_tier",)
    list_select_related = ("member", "from_tier", "to_tier")
    fields = (
        ("member", "changed_at"),
        ("left", "reached", "until"),
        ("why", "actor"),
    )
