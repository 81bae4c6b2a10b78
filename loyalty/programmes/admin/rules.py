"""Earning rules: what each says now, what it said before, and how it is changed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core import digits
from loyalty.core.refusals import Refusal
from loyalty.programmes import publishing, terms
from loyalty.programmes.admin import sayings
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.admin.previewing import Previewing
from loyalty.programmes.admin.releasing import Releasing
from loyalty.programmes.admin.sayings import in_words, with_programme, with_worth
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import VersionForm, initial_of, limits
from loyalty.programmes.models import Rule, RuleState, RuleVersion


class VersionInline(admin.TabularInline[RuleVersion, Rule]):
    """All that a rule has said, the newest first. Shown only."""

    model = RuleVersion
    extra = 0
    can_delete = False
    show_change_link = True
    ordering = ("-number",)
    fields = ("number", "says", "changes", "takes_effect_at", "ends_at", "stopped_at", "by")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleVersion]:
        return with_programme(super().get_queryset(request))

    @admin.display(description=_("what it says"))
    def says(self, version: RuleVersion) -> str:
        return in_words(version)

    @admin.display(description=_("what changed"))
    def changes(self, version: RuleVersion) -> SafeString | str:
        return sayings.changes(version)

    @admin.display(description=_("created by"))
    def by(self, version: Any) -> str:
        """Return who wrote it, and who approved it where two had to agree."""
        approver = f"user:{version.approver}" if version.approver else ""
        return " + ".join(name for name in (version.created_by, approver) if name)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rule)
class RuleAdmin(Revising, CodeIsKept, FoundByBeginning, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    names = ("name_fr", "name_en")
    list_display = ("name", "code", "state", "says", "campaign", "cost", "priority")
    list_filter = ("state", "campaign")
    list_select_related = ("campaign", "audience")
    ordering = ("-priority", "code")
    readonly_fields = ("state", "says", "cost", "waiting", "next_version")
    inlines = (VersionInline,)
    actions = ("pause", "resume", "end")
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"), "campaign", "audience", "priority")}),
        (_("In force"), {"fields": ("state", "says", "cost", "waiting", "next_version")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        """Read rules with all that they have said and given, in two statements in all."""
        said = with_programme(RuleVersion.objects.order_by("-number"))
        rules = with_worth(super().get_queryset(request).with_cost())
        return rules.prefetch_related(Prefetch("versions", queryset=said))

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, rule: Rule) -> str:
        return str(rule)

    @admin.display(description=_("what it says"))
    def says(self, rule: Rule) -> str:
        """Return what the version in force says, or what the next one will."""
        now = timezone.now()
        versions = list(rule.versions.all())
        begun = [
            said for said in versions if not said.takes_effect_at or said.takes_effect_at <= now
        ]
        shown = (begun or versions)[:1]
        return in_words(shown[0]) if shown else ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep a rule's campaign and audience once it was published: they say who gets it."""
        shown = super().get_readonly_fields(request, obj)
        is_kept = obj is not None and obj.state != RuleState.DRAFT
        return (*shown, "campaign", "audience") if is_kept else shown

    @admin.display(description=_("cost so far"))
    def cost(self, rule: Rule) -> str:
        return sayings.cost(rule) if rule.pk else ""

    @admin.display(description=_("waiting for a second person"))
    def waiting(self, rule: Rule) -> SafeString | str:
        return sayings.waiting(rule, at=timezone.now()) if rule.pk else ""

    @admin.display(description=_("to change it"))
    def next_version(self, rule: Rule) -> SafeString | str:
        if rule.pk is None or rule.state == RuleState.ENDED:
            return ""
        address = reverse("admin:programmes_ruleversion_add", query={"rule": rule.pk})
        return format_html('<a href="{}">{}</a>', address, _("Write a new version"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule that gave points explains them; it is ended, not deleted."""
        return False

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: HttpRequest, rules: QuerySet[Rule]) -> None:
        now = timezone.now()
        self._do(request, rules, lambda rule: publishing.pause(rule=rule, at=now))

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, rules: QuerySet[Rule]) -> None:
        now, actor = timezone.now(), actor_of(request)
        self._do(request, rules, lambda rule: publishing.resume(rule=rule, at=now, actor=actor))

    @admin.action(description=_("End for good"), permissions=["change"])
    def end(self, request: HttpRequest, rules: QuerySet[Rule]) -> None:
        now = timezone.now()
        self._do(request, rules, lambda rule: publishing.end(rule=rule, at=now))

    def _do(
        self, request: HttpRequest, rules: QuerySet[Rule], verb: Callable[[Rule], Rule]
    ) -> None:
        """Do it to each rule; what is refused is said and keeps none of the others."""
        done = 0
        for rule in rules:
            try:
                verb(rule)
            except Refusal as refusal:
                messages.error(request, f"{self.name(rule)}: {refusal.detail}")
            else:
                done += 1
        if done:
            said = ngettext("%d rule changed.", "%d rules changed.", done)
            messages.success(request, said % done)


@admin.register(RuleVersion)
class RuleVersionAdmin(Releasing, Previewing, admin.ModelAdmin[RuleVersion]):
    """One version, as it was published. Adding one publishes it; none is ever edited."""

    form = VersionForm
    list_display = ("rule", "number", "says", "takes_effect_at", "ends_at", "created_by")
    list_select_related = ("rule",)
    list_filter = ("rule__state",)
    search_fields = ("=rule__code",)
    search_help_text = _("The code of a rule.")
    ordering = ("-pk",)
    shown = (
        (None, {"fields": ("rule", "number", "in_french", "in_english", "changes")}),
        (_("Time"), {"fields": ("takes_effect_at", "ends_at", "stopped_at")}),
        (_("Written"), {"fields": ("created_at", "created_by", "terms")}),
    )
    fieldsets = (
        (None, {"fields": ("rule", ("event", "custom"))}),
        (
            _("What it gives"),
            {
                "fields": (
                    "give",
                    ("points", "per", "carries"),
                    "factor",
                    ("voucher_fr", "voucher_en"),
                    ("voucher_value", "voucher_days"),
                    "wallet",
                )
            },
        ),
        (
            _("For which basket"),
            {
                "fields": (
                    ("minimum_basket", "maximum_basket", "without_tax"),
                    ("categories", "skus", "brands", "tags"),
                    ("holds", "minimum_quantity"),
                    (
                        "excluded_categories",
                        "excluded_skus",
                        "excluded_brands",
                        "excluded_tags",
                    ),
                    ("stores", "tills", "channels", "payment_means"),
                )
            },
        ),
        (
            _("For whom"),
            {
                "fields": (
                    ("tiers", "segments", "kind", "in_household", "plans"),
                    ("sources", "member_for_days", "nth_visit", "birthday_within_days"),
                    "consents",
                )
            },
        ),
        (
            _("When"),
            {
                "fields": (
                    ("from_day", "to_day"),
                    "weekdays",
                    ("from_time", "to_time"),
                    ("nth", "nth_weekday", "recurrence"),
                )
            },
        ),
        (_("At most"), {"fields": limits.ROWS}),
        (
            _("Life of these points"),
            {
                "fields": (
                    ("pending_days", "pending_until"),
                    ("pending_event", "cancel_days"),
                    ("expiry_kind", "expiry_count", "expiry_round_up"),
                    "expiry_dates",
                )
            },
        ),
        (_("With other rules"), {"fields": (("group", "mode"),)}),
        (_("From and until"), {"fields": ("takes_effect_at", "ends_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleVersion]:
        return with_programme(super().get_queryset(request)).select_related("rule")

    @admin.display(description=_("what it says"))
    def says(self, version: RuleVersion) -> str:
        return in_words(version)

    @admin.display(description=_("in French"))
    def in_french(self, version: RuleVersion) -> SafeString:
        return sayings.in_language(version, "fr")

    @admin.display(description=_("in English"))
    def in_english(self, version: RuleVersion) -> SafeString:
        return sayings.in_language(version, "en")

    @admin.display(description=_("what changed"))
    def changes(self, version: RuleVersion) -> SafeString | str:
        return sayings.changes(version)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: RuleVersion | None = None) -> Any:
        return self.shown if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: RuleVersion | None = None) -> Any:
        return ("in_french", "in_english", "changes") if obj else ()

    def get_form(
        self,
        request: HttpRequest,
        obj: RuleVersion | None = None,
        change: bool = False,
        **options: Any,
    ) -> Any:
        """Give the form the moment and the currency; it looks neither up itself."""
        form: Any = super().get_form(request, obj, change=change, **options)
        form.at, form.currency = timezone.now(), get_book().currency
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from what the rule says last."""
        rule = digits.read(request.GET.get("rule", ""))
        if rule is None:
            return {}
        versions = RuleVersion.objects.filter(rule_id=rule).order_by("-number")
        said = versions.values_list("terms", flat=True).first()
        return {"rule": rule, **(initial_of(terms.read(said)) if said else {})}


def actor_of(request: HttpRequest) -> str:
    """Return who did it, as an opaque id."""
    return f"user:{request.user.pk}"
