"""The ladder with its tiers, which are changed together. Saving it moves nobody."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.showing import ShownOnly
from loyalty.programmes import books, ranking, rungs
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.forms import LadderForm, TierForm, TiersFormSet
from loyalty.programmes.models import Programme, Tier, TierLadder


class TierInline(admin.StackedInline[Tier, TierLadder]):
    model = Tier
    form = TierForm
    formset = TiersFormSet  # type: ignore[assignment]  # it knows its form
    extra = 0
    ordering = ("rank",)
    fields = (
        ("code", "name_fr", "name_en"),
        ("threshold_cents", "threshold_visits", "threshold_credits"),
        ("multiplier", "expiry_kind", "expiry_count", "expiry_round_up"),
        ("benefits_fr", "benefits_en"),
    )

    def get_formset(
        self, request: HttpRequest, obj: TierLadder | None = None, **options: Any
    ) -> Any:
        """Give the forms the currency, looked up once for all of them."""
        formset: Any = super().get_formset(request, obj, **options)
        formset.form.currency = books.get_book().currency
        return formset


@admin.register(TierLadder)
class TierLadderAdmin(Revising, CodeIsKept, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = LadderForm
    list_display = ("__str__", "window", "validity", "grace_days")
    inlines = (TierInline,)
    readonly_fields = ("says_fr", "says_en", "who_would_move")
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"))}),
        (_("In plain words"), {"fields": ("says_fr", "says_en", "who_would_move")}),
        (
            _("What counts"),
            {
                "fields": (
                    ("counts_spend", "counts_visits", "counts_credits"),
                    "credit_wallet",
                    "needs_all",
                )
            },
        ),
        (_("Over which days"), {"fields": (("window", "window_months"),)}),
        (
            _("How long a tier is kept"),
            {"fields": (("validity", "validity_months"), "grace_days")},
        ),
        (_("How a tier is lost"), {"fields": ("falls", "falls_on_return")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TierLadder]:
        return with_revision(super().get_queryset(request))

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the ladder that there is: one is all that a programme has."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        there = TierLadder.objects.values_list("pk", flat=True).first()
        if there is None:
            add: Callable[..., HttpResponse] = super().add_view
            return add(request, *args, **kwargs)
        said = _("A programme has one ladder; this is it. Nothing was added.")
        messages.warning(request, said)
        return redirect("admin:programmes_tierladder_change", there)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Members stand on it, and their past is told by it."""
        return False

    @admin.display(description=_("in French"))
    def says_fr(self, ladder: TierLadder) -> SafeString | str:
        return _in_words(ladder, "fr")

    @admin.display(description=_("in English"))
    def says_en(self, ladder: TierLadder) -> SafeString | str:
        return _in_words(ladder, "en")

    @admin.display(description=_("who would move"))
    def who_would_move(self, ladder: Any) -> SafeString | str:
        """Lead to the page of the desk that looks, and applies; saving moves nobody."""
        if ladder.pk is None:
            return ""
        address = reverse("admin:tier_moves")
        return format_html('<a href="{}">{}</a>', address, _("See who would move"))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Place new tiers last, then put all in the order of their thresholds."""
        ladder = form.instance
        rank, tiers = ranking.next_rank(ladder=ladder), formset.save(commit=False)
        for tier in formset.deleted_objects:
            tier.delete()
        for place, tier in enumerate(tiers):
            if tier.pk is None:
                tier.rank = rank + place
            tier.save()
        ranking.renumber(ladder=ladder)


def with_revision(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add the programme's revision, by which the book is known without asking again."""
    known: QuerySet[Any] = rows.annotate(
        revision=Subquery(Programme.objects.values("revision")[:1])
    )
    return known


def _in_words(ladder: Any, language: str) -> SafeString | str:
    """Return each tier as a sentence, and how tiers are kept; nothing of a new ladder."""
    if ladder.pk is None:
        return ""
    book = books.get_book(revision=ladder.revision)
    if book.ladder is None:
        return ""
    with translation.override(language):
        said = [
            rungs.of_rung(rung=rung, ladder=book.ladder, currency=book.currency)
            for rung in book.ladder.rungs
        ]
        said.append(rungs.of_keeping(ladder=book.ladder))
        return format_html_join("", '<p lang="{}">{}</p>', ((language, one) for one in said))


@admin.register(Tier)
class TierAdmin(ShownOnly, FoundByBeginning, admin.ModelAdmin[Tier]):
    """Tiers in a list; they are changed with their ladder."""

    names = ("name_fr", "name_en")
    list_display = ("name", "code", "rank", "says", "ladder")
    list_select_related = ("ladder",)
    ordering = ("ladder", "rank")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tier]:
        return with_revision(super().get_queryset(request))

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, tier: Tier) -> str:
        return str(tier)

    @admin.display(description=_("what it says"))
    def says(self, tier: Tier) -> str:
        revision: str = tier.revision  # type: ignore[attr-defined]
        book = books.get_book(revision=revision)
        rung = book.tier(tier.code)
        if rung is None or book.ladder is None:
            return ""
        return rungs.of_rung(rung=rung, ladder=book.ladder, currency=book.currency)
