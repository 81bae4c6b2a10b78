"""What members asked, to look up; it is answered on the desk's page of requests."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import ShownOnly
from members import words
from members.admin.listing import Listed, OfMembers, Shown, WithAmounts
from members.forms import CaseSettingsForm
from members.models import Case, CaseMessage, CaseNote, CaseSettings, Claim


class MessagesInline(Shown):
    model = CaseMessage
    fields = ("written_at", "side", "author", "text")


@admin.register(Case)
class CaseAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Case]):
    list_display = ("opened_at", "member", "kind", "subject", "state", "owner", "due_at")
    list_select_related = ("member", "owner")
    list_filter = ("state", "kind")
    fields = (
        ("public_id", "kind", "state"),
        ("member", "store", "source"),
        "subject",
        ("owner", "opened_at", "due_at"),
        ("first_answered_at", "answer_minutes"),
        ("first_resolved_at", "resolved_at", "resolution_minutes", "reopened"),
    )
    inlines = (MessagesInline,)

    def own(self, term: str) -> Q:
        return Q(public_id=term.strip())


@admin.register(CaseMessage)
class CaseMessageAdmin(Listed, ShownOnly, admin.ModelAdmin[CaseMessage]):
    list_display = ("written_at", "case", "side", "author")
    list_select_related = ("case", "author")
    search_fields = ("case__public_id__exact",)
    search_help_text = _("The id of a request.")
    fields = (("case", "written_at"), ("side", "author"), "text")


@admin.register(CaseNote)
class CaseNoteAdmin(Listed, ShownOnly, admin.ModelAdmin[CaseNote]):
    list_display = ("written_at", "case", "author")
    list_select_related = ("case", "author")
    search_fields = ("case__public_id__exact",)
    search_help_text = _("The id of a request.")
    fields = (("case", "written_at", "author"), "text")


@admin.register(Claim)
class ClaimAdmin(OfMembers, WithAmounts, ShownOnly, admin.ModelAdmin[Claim]):
    list_display = ("claimed_at", "member", "receipt", "bought_on", "total", "purchase", "case")
    list_select_related = ("member", "purchase", "case")
    fields = (
        ("member", "claimed_at"),
        ("receipt", "bought_on", "total"),
        ("purchase", "case"),
    )

    @admin.display(description=_("total"))
    def total(self, row: Any) -> str:
        return words.of_amount(cents=row.total_cents, currency=row.currency)


@admin.register(CaseSettings)
class CaseSettingsAdmin(admin.ModelAdmin[CaseSettings]):
    """The one row, which is there from the start."""

    form = CaseSettingsForm
    list_display = ("weekdays", "opens_at", "closes_at", "answer_hours")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False
