"""Who shares points with whom, since when. They come and go on a member's page."""

from typing import Any, ClassVar

from django.contrib import admin

from loyalty.core.showing import ShownOnly
from members.admin.listing import Listed, OfMembers, Shown
from members.models import Household, HouseholdInvitation, HouseholdStay


class StaysInline(Shown):
    model = HouseholdStay
    fields = ("member", "rule", "since_at", "brought", "until_at", "taken")


@admin.register(Household)
class HouseholdAdmin(Listed, ShownOnly, admin.ModelAdmin[Household]):
    list_display = ("public_id", "founded_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    search_fields: ClassVar[Any] = ("public_id",)
    fields = ("public_id", ("founded_at", "closed_at"))
    inlines = (StaysInline,)


@admin.register(HouseholdStay)
class HouseholdStayAdmin(OfMembers, ShownOnly, admin.ModelAdmin[HouseholdStay]):
    list_display = ("member", "household", "since_at", "until_at", "brought", "taken")
    list_select_related = ("member", "household")
    fields = ("member", "household", "rule", ("since_at", "brought"), ("until_at", "taken"))


@admin.register(HouseholdInvitation)
class HouseholdInvitationAdmin(OfMembers, ShownOnly, admin.ModelAdmin[HouseholdInvitation]):
    list_display = ("invited_at", "member", "invited_by", "household", "state")
    list_select_related = ("member", "invited_by", "household")
    list_filter = ("state",)
    fields = (
        ("member", "invited_by"),
        "household",
        ("invited_at", "lapses_at"),
        ("state", "answered_at"),
    )
