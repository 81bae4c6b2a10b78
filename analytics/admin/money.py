"""Costs and budgets, entered by who runs the programme. Every change is in the audit log."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from analytics import revising
from analytics.forms import BudgetForm, CostForm
from analytics.models import Budget, Cost, MoneySettings, Topic
from analytics.periods import month_start
from loyalty.core import zones
from loyalty.core.showing import FirstPages, OnlyOne
from loyalty.programmes import money
from loyalty.programmes.books import get_book


class InOurCurrency:
    """Put before ModelAdmin: forms and lists say amounts in the programme's currency."""

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form: Any = super().get_form(request, *args, **options)  # type: ignore[misc]
        form.currency = get_book().currency
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Read once for a list of whatever length.
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        with_currency: QuerySet[Any] = rows.annotate(currency=Value(get_book().currency))
        return with_currency


class Revising:
    """Put before ModelAdmin: figures that were kept are computed again after any change here."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        _note()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)  # type: ignore[misc]
        _note()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)  # type: ignore[misc]
        _note()


def _note() -> None:
    at = timezone.now()
    today = zones.business_day(moment=at, zone=get_book().zone)
    revising.note(topic=Topic.OTHER, months=[month_start(today)], at=at)


def _words(cents: int, currency: str) -> str:
    return money.to_words(cents=cents, currency=currency, language=get_language() or "fr")


@admin.register(Cost)
class CostAdmin(Revising, InOurCurrency, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = CostForm
    paginator = FirstPages
    list_display = ("first_on", "last_on", "category", "amount", "note", "entered_by")
    list_filter = ("category",)
    list_select_related = ("entered_by",)
    ordering = ("-first_on", "-id")
    show_full_result_count = False
    readonly_fields = ("entered_by", "entered_at")
    fieldsets = (
        (None, {"fields": ("category", "amount_cents", ("first_on", "last_on"), "note")}),
        (_("Who entered it"), {"fields": (("entered_by", "entered_at"),)}),
    )

    @admin.display(description=_("amount"), ordering="amount_cents")
    def amount(self, cost: Cost) -> str:
        return _words(cost.amount_cents, cost.currency)  # type: ignore[attr-defined]

    def save_model(
        self, request: HttpRequest, obj: Cost, form: ModelForm[Cost], change: bool
    ) -> None:
        if not change:
            obj.entered_by, obj.entered_at = request.user, timezone.now()  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


@admin.register(Budget)
class BudgetAdmin(Revising, InOurCurrency, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    form = BudgetForm
    list_display = ("year", "category", "planned")
    list_filter = ("category",)
    ordering = ("-year", "category")
    fieldsets = ((None, {"fields": ("year", "category", "planned_cents")}),)

    @admin.display(description=_("planned"), ordering="planned_cents")
    def planned(self, budget: Budget) -> str:
        return _words(budget.planned_cents, budget.currency)  # type: ignore[attr-defined]


@admin.register(MoneySettings)
class MoneySettingsAdmin(Revising, OnlyOne, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """The one row, made the first time somebody decides something."""

    list_display = ("deferred_account", "sales_account", "breakage_account", "margin_percent")
    fieldsets = (
        (_("What is earned"), {"fields": ("margin_percent",)}),
        (_("Accounts"), {"fields": ("deferred_account", "sales_account", "breakage_account")}),
    )

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: MoneySettings,
        form: ModelForm[MoneySettings],
        change: bool,
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
