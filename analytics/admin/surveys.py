from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analytics.forms import SurveyForm
from analytics.models import Answer, Invitation, Survey
from loyalty.core import ids
from loyalty.core.showing import FirstPages, ShownOnly


@admin.register(Survey)
class SurveyAdmin(admin.ModelAdmin[Survey]):
    """What is asked, and of whom. Once somebody was asked, what it measures stays."""

    form = SurveyForm
    list_display = (
        "name",
        "kind",
        "trigger",
        "share_percent",
        "is_active",
        "starts_on",
        "ends_on",
    )
    list_filter = ("kind", "trigger", "is_active")
    ordering = ("-is_active", "name", "pk")
    fieldsets = (
        (None, {"fields": ("name", "kind", "question_fr", "question_en")}),
        (
            _("When and whom"),
            {"fields": ("trigger", "delay_hours", "share_percent", "pause_days")},
        ),
        (_("How"), {"fields": ("is_emailed", "is_shown", "open_days", "low_score")}),
        (_("Term"), {"fields": ("is_active", "starts_on", "ends_on")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Survey | None = None
    ) -> tuple[str, ...]:
        return ("kind",) if obj and obj.invitations.exists() else ()

    def has_delete_permission(self, request: HttpRequest, obj: Survey | None = None) -> bool:
        was_asked = obj is not None and obj.invitations.exists()
        return not was_asked and super().has_delete_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Survey, form: ModelForm[Survey], change: bool
    ) -> None:
        obj.public_id = obj.public_id or ids.new("svy")
        super().save_model(request, obj, form, change)


@admin.register(Invitation)
class InvitationAdmin(ShownOnly, admin.ModelAdmin[Invitation]):
    """Who was asked what, by an opaque id."""

    exclude = ("member",)
    readonly_fields = ("whose",)
    search_fields = ("=member__public_id",)
    paginator = FirstPages
    list_display = ("opens_at", "survey", "whose", "cause", "store", "tier", "is_emailed")
    list_select_related = ("survey", "member", "store")
    list_filter = ("survey",)
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(description=_("member"), ordering="member")
    def whose(self, invitation: Invitation) -> str:
        return invitation.member.public_id


@admin.register(Answer)
class AnswerAdmin(ShownOnly, admin.ModelAdmin[Answer]):
    paginator = FirstPages
    list_display = ("answered_at", "kind", "score", "asked", "place")
    list_select_related = ("invitation__survey",)
    list_filter = ("kind",)
    search_fields = ("=public_id",)
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(description=_("survey"), ordering="invitation__survey")
    def asked(self, answer: Answer) -> str:
        return answer.invitation.survey.name
