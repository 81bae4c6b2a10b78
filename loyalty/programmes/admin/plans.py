"""Paid memberships that are on sale."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.programmes import money
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import PlanForm
from loyalty.programmes.models import Plan


@admin.register(Plan)
class PlanAdmin(Revising, CodeIsKept, FoundByBeginning, SimpleHistoryAdmin):  # type: ignore[misc]
    form = PlanForm
    names = ("name_fr", "name_en")
    list_display = ("name", "code", "price", "term_months", "tier", "is_on_sale")
    list_filter = ("is_on_sale",)
    list_select_related = ("tier",)
    ordering = ("code", "pk")
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"))}),
        (_("What it costs"), {"fields": (("price_cents", "term_months"), "is_on_sale")}),
        (
            _("What it gives"),
            {
                "fields": (
                    "tier",
                    ("voucher_fr", "voucher_en"),
                    ("voucher_cents", "voucher_days"),
                )
            },
        ),
    )

    def get_form(self, request: HttpRequest, obj: Plan | None = None, **options: Any) -> Any:
        form: Any = super().get_form(request, obj, **options)
        form.currency = get_book().currency
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        # Read once for a list of whatever length.
        plans: QuerySet[Plan] = super().get_queryset(request)
        return plans.annotate(currency=Value(get_book().currency))

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, plan: Plan) -> str:
        return str(plan)

    @admin.display(description=_("price"), ordering="price_cents")
    def price(self, plan: Plan) -> str:
        currency = plan.currency  # type: ignore[attr-defined]
        language = get_language() or "fr"
        return money.to_words(cents=plan.price_cents, currency=currency, language=language)

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        """Members have paid for it, and rules may name it: it goes off sale instead."""
        return False
