"""Ladders with their tiers, which are changed together."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.showing import ShownOnly
from loyalty.programmes import money, ranking
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import TierForm
from loyalty.programmes.models import Programme, Tier, TierLadder


class TierInline(admin.StackedInline[Tier, TierLadder]):
    model = Tier
    form = TierForm
    extra = 0
    ordering = ("threshold_cents",)
    fields = (
        ("code", "name_fr", "name_en"),
        ("threshold_cents", "multiplier"),
        ("benefits_fr", "benefits_en"),
    )

    def get_formset(
        self, request: HttpRequest, obj: TierLadder | None = None, **options: Any
    ) -> Any:
        """Give the forms the currency, looked up once for all of them."""
        formset: Any = super().get_formset(request, obj, **options)
        formset.form.currency = get_book().currency
        return formset


@admin.register(TierLadder)
class TierLadderAdmin(Revising, CodeIsKept, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    list_display = ("__str__", "window_months", "validity_months")
    inlines = (TierInline,)
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"))}),
        (_("Time"), {"fields": (("window_months", "validity_months"),)}),
    )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Place new tiers last, then put all in the order of their thresholds."""
        ladder = form.instance
        rank, tiers = ranking.next_rank(ladder=ladder), formset.save(commit=False)
        for tier in formset.deleted_objects:
            tier.delete()
        ranking.step_aside(tiers=tiers)
        for place, tier in enumerate(tiers):
            if tier.pk is None:
                tier.rank = rank + place
            tier.save()
        ranking.renumber(ladder=ladder)


@admin.register(Tier)
class TierAdmin(ShownOnly, FoundByBeginning, admin.ModelAdmin[Tier]):
    """Tiers in a list; they are changed with their ladder."""

    names = ("name_fr", "name_en")
    list_display = ("name", "code", "rank", "threshold", "multiplier", "ladder")
    list_select_related = ("ladder",)
    ordering = ("ladder", "rank")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tier]:
        currency = Programme.objects.values("currency")[:1]
        return super().get_queryset(request).annotate(currency=Subquery(currency))

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, tier: Tier) -> str:
        return tier.name_en if get_language() == "en" else tier.name_fr

    @admin.display(description=_("from a spend of"), ordering="threshold_cents")
    def threshold(self, tier: Tier) -> str:
        currency: str = tier.currency  # type: ignore[attr-defined]
        return money.to_words(
            cents=tier.threshold_cents, currency=currency, language=get_language() or "fr"
        )
