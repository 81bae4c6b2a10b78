"""Campaigns at the desk: written here; what came of them is told on a page of its own."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import CampaignForm
from loyalty.programmes.models import Campaign, Rule, RuleState


@admin.register(Campaign)
class CampaignAdmin(Revising, CodeIsKept, FoundByBeginning, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = CampaignForm
    names = ("name_fr", "name_en")
    list_display = ("code", "name_fr", "name_en", "starts_at", "ends_at", "holdout_percent")
    ordering = ("-starts_at", "-pk")
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"), ("starts_at", "ends_at"))}),
        (_("Goal"), {"fields": (("goal", "target"),)}),
        (_("Budget"), {"fields": (("budget_points", "budget_cents"),)}),
        (_("For whom"), {"fields": ("audience", "holdout_percent")}),
    )

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """Give the form the currency; it looks nothing up itself."""
        form: Any = super().get_form(request, *args, **options)
        form.currency = get_book().currency
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Let whom it is for and who is held out be the same for ever, once it has begun."""
        shown = super().get_readonly_fields(request, obj)
        published = Rule.objects.exclude(state=RuleState.DRAFT)
        has_begun = obj is not None and published.filter(campaign=obj.pk).exists()
        return (*shown, "audience", "holdout_percent") if has_begun else shown

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """A campaign explains what its rules gave; it ends by itself."""
        return False
