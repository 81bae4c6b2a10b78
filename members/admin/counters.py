"""What rules look up of members: amounts carried over, segments, and what clients told."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import OfMembers, WithAmounts
from members.models import CarriedAmount, MemberEvent, SegmentStay, SignInDay


@admin.register(CarriedAmount)
class CarriedAmountAdmin(OfMembers, WithAmounts, ShownOnly, admin.ModelAdmin[CarriedAmount]):
    """What counts with a member's next purchase. A purchase changes it, and nobody else."""

    list_display = ("member", "rule", "amount")
    list_select_related = ("member",)
    fields = ("member", "rule", "amount")

    @admin.display(description=_("carried over"))
    def amount(self, carried: Any) -> str:
        return words.of_amount(cents=carried.cents, currency=carried.currency)


@admin.register(SegmentStay)
class SegmentStayAdmin(OfMembers, ShownOnly, admin.ModelAdmin[SegmentStay]):
    """Who was in which segment, and when. Whoever computes segments says it."""

    list_display = ("member", "segment", "since_at", "until_at")
    list_select_related = ("member", "segment")
    list_filter = ("segment",)
    fields = ("member", "segment", ("since_at", "until_at"))


@admin.register(SignInDay)
class SignInDayAdmin(OfMembers, ShownOnly, admin.ModelAdmin[SignInDay]):
    """On which days members came to their own pages."""

    list_display = ("signed_in_on", "member")
    list_select_related = ("member",)
    fields = ("member", "signed_in_on")


@admin.register(MemberEvent)
class MemberEventAdmin(OfMembers, ShownOnly, admin.ModelAdmin[MemberEvent]):
    """What members did beside buying, as clients told it, and what it gave."""

    list_display = ("occurred_at", "member", "name", "reference", "points")
    list_select_related = ("member",)
    fields = (
        "public_id",
        "member",
        ("name", "reference"),
        ("occurred_at", "recorded_at"),
        "points",
    )

    @admin.display(description=_("points"))
    def points(self, event: MemberEvent) -> int:
        return int(event.award.get("points", 0))
