"""Earning rules: what each says now, what it said before, and how it is changed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.refusals import Refusal
from loyalty.programmes import naming, publishing, summaries, terms
from loyalty.programmes.admin.behaviours import CodeIsKept, FoundByBeginning, Revising
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import VersionForm, initial_of
from loyalty.programmes.models import Programme, Rule, RuleState, RuleVersion


def with_programme(versions: QuerySet[RuleVersion]) -> QuerySet[RuleVersion]:
    """Add what it takes to say a version in words: the currency, and the revision of names."""
    programme = Programme.objects.all()
    return versions.annotate(
        currency=Subquery(programme.values("currency")[:1]),
        revision=Subquery(programme.values("revision")[:1]),
    )


def in_words(version: Any) -> str:
    """Return what a version says, in the language being read."""
    language = get_language() or "fr"
    return summaries.summarise(
        terms=terms.read(version.terms),
        currency=version.currency,
        names=naming.get_names(revision=version.revision, language=language),
    )


class VersionInline(admin.TabularInline[RuleVersion, Rule]):
    """All that a rule has said, the newest first. Shown only."""

    model = RuleVersion
    extra = 0
    can_delete = False
    show_change_link = True
    ordering = ("-number",)
    fields = ("number", "says", "takes_effect_at", "ends_at", "stopped_at", "created_by")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleVersion]:
        return with_programme(super().get_queryset(request))

    @admin.display(description=_("what it says"))
    def says(self, version: RuleVersion) -> str:
        return in_words(version)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rule)
class RuleAdmin(Revising, CodeIsKept, FoundByBeginning, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    names = ("name_fr", "name_en")
    list_display = ("name", "code", "state", "says", "priority")
    list_filter = ("state",)
    ordering = ("-priority", "code")
    readonly_fields = ("state", "says", "next_version")
    inlines = (VersionInline,)
    actions = ("pause", "resume", "end")
    fieldsets = (
        (None, {"fields": ("code", ("name_fr", "name_en"), "priority")}),
        (_("In force"), {"fields": ("state", "says", "next_version")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        """Read rules with all that they have said, in two statements however many there are."""
        said = with_programme(RuleVersion.objects.order_by("-number"))
        rules: QuerySet[Rule] = super().get_queryset(request)
        return rules.prefetch_related(Prefetch("versions", queryset=said))

    @admin.display(description=_("name"), ordering="name_fr")
    def name(self, rule: Rule) -> str:
        return rule.name_en if get_language() == "en" else rule.name_fr

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
class RuleVersionAdmin(admin.ModelAdmin[RuleVersion]):
    """One version, as it was published. Adding one publishes it; none is ever edited."""

    form = VersionForm
    list_display = ("rule", "number", "says", "takes_effect_at", "ends_at", "created_by")
    list_select_related = ("rule",)
    list_filter = ("rule__state",)
    search_fields = ("=rule__code",)
    search_help_text = _("The code of a rule.")
    ordering = ("-pk",)
    shown = (
        (None, {"fields": ("rule", "number", "says")}),
        (_("Time"), {"fields": ("takes_effect_at", "ends_at", "stopped_at")}),
        (_("Written"), {"fields": ("created_at", "created_by", "terms")}),
    )
    fieldsets = (
        (None, {"fields": ("rule", "event")}),
        (_("What it gives"), {"fields": ("give", ("points", "per"), "factor", "wallet")}),
        (
            _("For which basket"),
            {
                "fields": (
                    "minimum_basket",
                    ("categories", "excluded_categories", "excluded_skus"),
                    "stores",
                )
            },
        ),
        (_("For whom"), {"fields": ("tiers", "birthday_within_days")}),
        (_("When"), {"fields": (("from_day", "to_day"), "weekdays")}),
        (
            _("Life of these points"),
            {"fields": ("pending_days", ("expiry_kind", "expiry_count", "expiry_round_up"))},
        ),
        (_("With other rules"), {"fields": (("group", "mode"),)}),
        (_("From and until"), {"fields": ("takes_effect_at", "ends_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleVersion]:
        return with_programme(super().get_queryset(request)).select_related("rule")

    @admin.display(description=_("what it says"))
    def says(self, version: RuleVersion) -> str:
        return in_words(version)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: RuleVersion | None = None) -> Any:
        return self.shown if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: RuleVersion | None = None) -> Any:
        return ("says",) if obj else ()

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
        rule = request.GET.get("rule", "")
        if not rule.isdecimal():
            return {}
        versions = RuleVersion.objects.filter(rule_id=int(rule)).order_by("-number")
        said = versions.values_list("terms", flat=True).first()
        return {"rule": rule, **(initial_of(terms.read(said)) if said else {})}

    def save_model(self, request: HttpRequest, obj: RuleVersion, form: Any, change: bool) -> None:
        """Publish, and let the page that follows speak of what was published."""
        published = publishing.publish(
            rule=obj.rule, said=form.said(), at=form.at, actor=actor_of(request), **form.moments()
        )
        obj.pk, obj.number = published.pk, published.number


def actor_of(request: HttpRequest) -> str:
    """Return who did it, as an opaque id."""
    return f"user:{request.user.pk}"
