"""Which memberships became one, by whom and why. Merged and parted on a member's page."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from loyalty.core.showing import ShownOnly
from members import finding, seeing
from members.admin.listing import OfMembers
from members.models import Merge


@admin.register(Merge)
class MergeAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Merge]):
    list_display = ("merged_at", "source", "target", "reason", "merged_by", "undone_at")
    list_filter = (("undone_at", admin.EmptyFieldListFilter),)
    list_select_related = ("source", "target", "merged_by")
    search_fields: ClassVar[Any] = ("source__public_id",)
    fields = (
        ("source", "target"),
        ("merged_at", "merged_by", "reason"),
        ("undone_at", "undone_by"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find either of the two first, by index; then the merges."""
        if not search_term.strip():
            return queryset, False
        found = finding.search_keys(text=search_term, within=seeing.visible_to(request.user))
        return queryset.filter(Q(source__in=found) | Q(target__in=found)), False
