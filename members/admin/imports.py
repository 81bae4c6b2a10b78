"""Files that were brought in: how far, what they added, and which lines were refused."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loyalty.core import digits
from loyalty.core.showing import ShownOnly
from members.admin.listing import Listed
from members.models import Export, ImportFile, ImportRow, ImportRun


@admin.register(ImportRun)
class ImportRunAdmin(Listed, ShownOnly, admin.ModelAdmin[ImportRun]):
    list_display = (
        "started_at",
        "kind",
        "lines_read",
        "added",
        "known",
        "refused",
        "finished_at",
    )
    list_filter = ("kind",)
    fields = (
        ("kind", "started_at", "staged_at", "finished_at"),
        ("lines_read", "added", "known", "refused"),
        "refused_lines",
    )

    @admin.display(description=_("refused lines"))
    def refused_lines(self, run: ImportRun) -> SafeString:
        return format_html_join(
            "",
            "<p>{}: {} ({})</p>",
            ((error["line"], error["detail"], error["code"]) for error in run.errors),
        )


@admin.register(ImportRow)
class ImportRowAdmin(Listed, ShownOnly, admin.ModelAdmin[ImportRow]):
    """Lines that wait to be booked. There are some only while an import runs, or stopped."""

    list_display = ("run", "line", "member_reference", "occurred_at")
    list_select_related = ("run",)
    fields = ("run", "line", "member_reference", "occurred_at", "content")
    search_fields = ("line",)
    search_help_text = _("The number of a line.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ImportRow], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        line = digits.read(term)
        return (queryset.none() if line is None else queryset.filter(line=line)), False


@admin.register(ImportFile)
class ImportFileAdmin(Listed, ShownOnly, admin.ModelAdmin[ImportFile]):
    """Files that were uploaded at the desk: who brought in what, and what became of it."""

    list_display = ("uploaded_at", "kind", "title", "uploaded_by", "state")
    list_select_related = ("uploaded_by",)
    list_filter = ("kind", "state")
    fields = (
        ("kind", "title", "state"),
        ("uploaded_by", "uploaded_at", "address"),
        ("report", "result", "ended_at"),
    )


@admin.register(Export)
class ExportAdmin(Listed, ShownOnly, admin.ModelAdmin[Export]):
    """Lists that staff took away: who, what, and how many rows."""

    list_display = ("taken_at", "kind", "file_format", "rows", "taken_by")
    list_select_related = ("taken_by",)
    list_filter = ("kind",)
    fields = (("kind", "file_format", "rows"), ("taken_by", "taken_at", "address"), "filters")
