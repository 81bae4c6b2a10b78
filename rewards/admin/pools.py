"""Pools of codes that somebody else made: how many are left, and how more come in."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from loyalty.core.showing import FirstPages, ShownOnly
from members import codes
from members.importing.journal import Report
from rewards import pooling
from rewards.forms import CodesForm
from rewards.models import PoolCode, VoucherPool

_MOST_LINES = 200


@admin.register(VoucherPool)
class VoucherPoolAdmin(admin.ModelAdmin[VoucherPool]):
    list_display = ("name", "free", "given")
    ordering = ("name", "pk")
    search_fields = ("name",)
    fields = ("name", ("free", "given"))
    readonly_fields = ("free", "given")

    def get_queryset(self, request: HttpRequest) -> QuerySet[VoucherPool]:
        """Count the codes of each pool in the same statement."""
        free = Count("codes", filter=Q(codes__given_at=None))
        return super().get_queryset(request).annotate(free_codes=free, all_codes=Count("codes"))

    @admin.display(description=_("codes left"), ordering="free_codes")
    def free(self, pool: VoucherPool) -> int:
        return getattr(pool, "free_codes", 0)

    @admin.display(description=_("codes given"))
    def given(self, pool: VoucherPool) -> int:
        return getattr(pool, "all_codes", 0) - self.free(pool)

    def get_urls(self) -> list[URLPattern]:
        codes_page = path(
            "<int:pk>/codes/", self.admin_site.admin_view(self.codes), name="rewards_pool_codes"
        )
        return [codes_page, *super().get_urls()]

    def codes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look at a file of codes, or add them, and say what happened to each line."""
        if not request.user.has_perm("rewards.add_poolcode"):
            raise PermissionDenied
        pool = self.get_queryset(request).filter(pk=pk).first()
        if pool is None:
            raise Http404
        form = CodesForm(request.POST or None, request.FILES or None)
        report, is_dry_run = None, "look" in request.POST
        if request.method == "POST" and form.is_valid():
            report = _add(request, form, pool, is_dry_run=is_dry_run)
        return TemplateResponse(
            request,
            "admin/rewards/codes.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Add codes"),
                "opts": self.opts,
                "pool": self.get_queryset(request).get(pk=pk),
                "form": form,
                "report": report,
                "errors": report.errors[:_MOST_LINES] if report else [],
                "is_dry_run": is_dry_run,
            },
        )


def _add(
    request: HttpRequest, form: CodesForm, pool: VoucherPool, *, is_dry_run: bool
) -> Report | None:
    try:
        report = pooling.add_codes(
            pool=pool, content=form.cleaned_data["file"], is_dry_run=is_dry_run
        )
    except pooling.BadCodesFile as refusal:
        form.add_error("file", str(refusal.detail))
        return None
    if report.added and not is_dry_run:
        messages.success(request, _("The codes were added."))
    return report


@admin.register(PoolCode)
class PoolCodeAdmin(ShownOnly, admin.ModelAdmin[PoolCode]):
    """Codes spend: of each, the end alone is shown, to anybody."""

    list_display = ("ending", "pool", "given_at")
    list_filter = ("pool", ("given_at", admin.EmptyFieldListFilter))
    list_select_related = ("pool",)
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-pk",)
    fields = (("ending", "pool"), "given_at")
    search_fields = ("code",)
    search_help_text = _("A whole code.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PoolCode], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by index only: a whole code, however it is typed."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(code=codes.fold(search_term) or ""), False

    @admin.display(description=_("code"))
    def ending(self, code: PoolCode) -> str:
        return str(code)
