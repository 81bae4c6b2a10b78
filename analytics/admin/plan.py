"""Goals, actions and figures of the sector, to be read: the pages of the plan write them."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from analytics.models import Action, Benchmark, Goal
from loyalty.core.showing import FirstPages, ShownOnly


@admin.register(Goal)
class GoalAdmin(ShownOnly, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    paginator = FirstPages
    list_display = ("code", "rhythm", "baseline", "target", "from_on", "by_on", "owner", "outcome")
    list_filter = ("outcome",)
    list_select_related = ("owner",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Action)
class ActionAdmin(ShownOnly, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    paginator = FirstPages
    list_display = ("title", "kind", "field", "owner", "due_on", "state", "done_on")
    list_filter = ("state", "kind", "field")
    list_select_related = ("owner",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Benchmark)
class BenchmarkAdmin(ShownOnly, admin.ModelAdmin[Benchmark]):
    list_display = ("code", "sector", "year", "value", "source")
    ordering = ("code", "-year", "id")
    show_full_result_count = False
