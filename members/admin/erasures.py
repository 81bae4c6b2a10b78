"""Who asked to be forgotten, and what came of it. Asked and undone from a member's page."""

from django.contrib import admin

from loyalty.core.showing import ShownOnly
from members.admin.listing import OfMembers
from members.models import ErasureRequest


@admin.register(ErasureRequest)
class ErasureRequestAdmin(OfMembers, ShownOnly, admin.ModelAdmin[ErasureRequest]):
    list_display = ("requested_at", "member", "state", "due_at", "ended_at")
    list_filter = ("state",)
    list_select_related = ("member",)
    fields = (
        ("member", "state"),
        ("requested_at", "requested_by"),
        ("due_at", "ended_at", "ended_by"),
    )
