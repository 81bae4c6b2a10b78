"""What rules keep beside themselves: counts, budgets, costs, requests, trials. Only shown."""

from django.contrib import admin

from loyalty.core.showing import FirstPages, ShownOnly
from loyalty.programmes.models import BudgetUse, MemberCount, RuleCost, RuleRequest, Simulation


@admin.register(MemberCount)
class MemberCountAdmin(ShownOnly, admin.ModelAdmin[MemberCount]):
    """What one holder has had of a rule with limits, period by period."""

    list_display = ("holder", "rule", "window", "points", "times", "last_at")
    list_select_related = ("holder", "rule")
    fields = list_display
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-pk",)
    sortable_by = ()


@admin.register(BudgetUse)
class BudgetUseAdmin(ShownOnly, admin.ModelAdmin[BudgetUse]):
    list_display = ("rule", "campaign", "points")
    list_display_links = ("points",)
    list_select_related = ("rule", "campaign")
    fields = list_display
    ordering = ("-pk",)


@admin.register(RuleCost)
class RuleCostAdmin(ShownOnly, admin.ModelAdmin[RuleCost]):
    """Parts of what each rule has cost. Their sum is shown with the rule."""

    list_display = ("rule", "part", "points", "awards", "gift_cents")
    list_select_related = ("rule",)
    fields = list_display
    ordering = ("-pk",)


@admin.register(RuleRequest)
class RuleRequestAdmin(ShownOnly, admin.ModelAdmin[RuleRequest]):
    """Versions that waited for a second person. They are answered among the approvals."""

    list_display = ("rule", "approval", "takes_effect_at", "ends_at", "version")
    list_select_related = ("rule", "approval", "version")
    fields = (*list_display, "terms")
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-pk",)


@admin.register(Simulation)
class SimulationAdmin(ShownOnly, admin.ModelAdmin[Simulation]):
    """Trials of drafts. Their reports have a page of their own."""

    list_display = ("asked_at", "rule", "months", "state", "asked_by", "ended_at")
    list_select_related = ("rule", "asked_by")
    fields = (*list_display, "terms", "report")
    paginator = FirstPages
    show_full_result_count = False
    ordering = ("-pk",)
