from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from analytics.models import (
    Competitor,
    DayToCount,
    Fit,
    KeptFigure,
    Loss,
    MeasureSettings,
    MemberCategory,
    MemberFact,
    MemberMonth,
    MemberScore,
    Outlook,
    PointsDay,
    PointsMonth,
    PointsVintage,
    Refresh,
    Revision,
    SegmentDefinition,
    StoreDay,
)
from loyalty.core.showing import FirstPages, OnlyOne, ShownOnly

OfMember = MemberFact | MemberMonth | MemberCategory | MemberScore | PointsMonth | Outlook


class Pseudonymous(ShownOnly, admin.ModelAdmin[Any]):
    """Says whose figures a row holds by an opaque id: analysts know nobody's name."""

    exclude = ("member",)
    readonly_fields = ("whose",)
    search_fields = ("=member__public_id",)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Let nobody find figures by a number that says whose they are, unless they see people."""
        found = tuple(super().get_search_fields(request))
        sees_people = request.user.has_perm("members.view_member")
        return (*found, "=member__external_id") if sees_people else found

    @admin.display(description=_("member"), ordering="member")
    def whose(self, row: OfMember) -> str:
        return str(row.member.public_id)


@admin.register(MemberFact)
class MemberFactAdmin(Pseudonymous):
    paginator = FirstPages
    list_display = ("whose", "first_on", "last_on", "receipts", "days", "revenue_cents")
    list_select_related = ("member",)
    ordering = ("-member",)
    show_full_result_count = False


@admin.register(MemberMonth)
class MemberMonthAdmin(Pseudonymous):
    paginator = FirstPages
    list_display = ("month", "whose", "store", "channel", "receipts", "revenue_cents")
    list_select_related = ("member", "store")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(MemberCategory)
class MemberCategoryAdmin(Pseudonymous):
    paginator = FirstPages
    list_display = ("month", "whose", "category", "receipts", "revenue_cents")
    list_select_related = ("member",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(StoreDay)
class StoreDayAdmin(ShownOnly, admin.ModelAdmin[StoreDay]):
    paginator = FirstPages
    list_display = ("day", "store", "channel", "receipts", "revenue_cents", "member_receipts")
    list_select_related = ("store",)
    list_filter = ("store",)
    ordering = ("-day", "-id")
    show_full_result_count = False


@admin.register(PointsDay)
class PointsDayAdmin(ShownOnly, admin.ModelAdmin[PointsDay]):
    paginator = FirstPages
    list_display = ("day", "wallet", "kind", "source", "destination", "points")
    list_select_related = ("wallet",)
    list_filter = ("wallet", "kind")
    ordering = ("-day", "-id")
    show_full_result_count = False


@admin.register(PointsMonth)
class PointsMonthAdmin(Pseudonymous):
    paginator = FirstPages
    fields = (
        ("whose", "wallet"),
        "month",
        ("earned_on", "earned_days"),
        ("redeemed_on", "redeemed_days", "redemptions"),
    )
    list_display = ("month", "whose", "wallet", "earned_on", "redeemed_on", "redemptions")
    list_select_related = ("member", "wallet")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(PointsVintage)
class PointsVintageAdmin(ShownOnly, admin.ModelAdmin[PointsVintage]):
    paginator = FirstPages
    list_display = ("day", "wallet", "issued_month", "kind", "source", "destination", "points")
    list_select_related = ("wallet",)
    list_filter = ("wallet", "kind")
    ordering = ("-day", "-id")
    show_full_result_count = False


@admin.register(Fit)
class FitAdmin(ShownOnly, admin.ModelAdmin[Fit]):
    paginator = FirstPages
    list_display = ("as_of", "members", "repeaters", "expected_cents", "log_likelihood")
    ordering = ("-as_of",)
    show_full_result_count = False


@admin.register(Outlook)
class OutlookAdmin(Pseudonymous):
    paginator = FirstPages
    list_display = ("whose", "alive", "expected_days", "expected_cents")
    list_select_related = ("member",)
    ordering = ("-member",)
    show_full_result_count = False


@admin.register(SegmentDefinition)
class SegmentDefinitionAdmin(ShownOnly, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """What was said; a page of the desk's own writes it, in words."""

    list_display = ("segment", "members", "assigned_at", "changed_at")
    list_select_related = ("segment",)
    ordering = ("segment__code",)
    show_full_result_count = False


@admin.register(Loss)
class LossAdmin(ShownOnly, admin.ModelAdmin[Loss]):
    """What staff learnt, as they wrote it: the page of lost members writes it."""

    paginator = FirstPages
    list_display = ("recorded_at", "member", "reason", "competitor", "won_back_on", "won_back_by")
    list_select_related = ("member", "competitor")
    list_filter = ("reason", "won_back_by")
    raw_id_fields = ("member",)
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Competitor)
class CompetitorAdmin(admin.ModelAdmin[Competitor]):
    """Added while losses are written down; here a name that was misspelt is put right."""

    fields = ("name",)
    list_display = ("name", "added_at")
    search_fields = ("name",)
    ordering = ("name", "pk")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


@admin.register(MemberScore)
class MemberScoreAdmin(Pseudonymous):
    paginator = FirstPages
    list_display = ("whose", "recency", "frequency", "monetary")
    list_select_related = ("member",)
    ordering = ("-member",)
    show_full_result_count = False


@admin.register(DayToCount)
class DayToCountAdmin(ShownOnly, admin.ModelAdmin[DayToCount]):
    list_display = ("topic", "day")
    ordering = ("day", "id")
    show_full_result_count = False


@admin.register(Refresh)
class RefreshAdmin(ShownOnly, admin.ModelAdmin[Refresh]):
    list_display = ("refreshed_at", "rebuilt_at")


@admin.register(Revision)
class RevisionAdmin(ShownOnly, admin.ModelAdmin[Revision]):
    paginator = FirstPages
    list_display = ("month", "topic", "revised_at")
    list_filter = ("topic",)
    ordering = ("-month", "topic")
    show_full_result_count = False


@admin.register(KeptFigure)
class KeptFigureAdmin(ShownOnly, admin.ModelAdmin[KeptFigure]):
    paginator = FirstPages
    list_display = (
        "code",
        "first_on",
        "last_on",
        "cut",
        "is_settled",
        "computed_at",
        "revised_at",
    )
    search_fields = ("=code",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(MeasureSettings)
class MeasureSettingsAdmin(OnlyOne, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """The one row, made the first time somebody decides something."""

    list_display = ("lost_after_days", "rfm_scoring", "pair_support_percent", "least_answers")

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: MeasureSettings,
        form: ModelForm[MeasureSettings],
        change: bool,
    ) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)
