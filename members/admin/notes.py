"""Notes about members, to read; they are written and erased on the member's own page."""

from django.contrib import admin

from loyalty.core.showing import ShownOnly
from members.admin.listing import OfMembers
from members.models import MemberNote


@admin.register(MemberNote)
class MemberNoteAdmin(OfMembers, ShownOnly, admin.ModelAdmin[MemberNote]):
    list_display = ("written_at", "member", "author", "text")
    list_select_related = ("member", "author")
    fields = (("member", "written_at", "author"), "text")
