"""What members answered about being written to, and how they move on the ladder: to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import Listed, OfMembers
from members.models import Consent, TierChange, TierReview, TierReviewMove


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
        return words.of_move(change.reason, left=change.from_tier, reached=change.to_tier)


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


@admin.register(TierReview)
class TierReviewAdmin(Listed, ShownOnly, admin.ModelAdmin[TierReview]):
    """Looks at who would move. Their page shows and applies them; here they are looked up."""

    list_display = ("asked_at", "asked_by", "state", "applied_at", "applied_by", "moved")
    list_select_related = ("asked_by", "applied_by")
    fields = ("public_id", *list_display, "lowers")


@admin.register(TierReviewMove)
class TierReviewMoveAdmin(OfMembers, ShownOnly, admin.ModelAdmin[TierReviewMove]):
    list_display = ("member", "review", "from_tier", "to_tier", "is_up")
    list_select_related = ("member", "review", "from_tier", "to_tier")
    fields = list_display


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
