"""A member on one page."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.refusals import Refusal
from loyalty.ledger import balances
from loyalty.programmes import books
from members import correcting, enrolling, finding
from members.admin import glances, words
from members.admin.acting import Acting
from members.admin.answers import ConsentInline, TierChangeInline
from members.admin.cards import CardInline
from members.admin.listing import Listed, Titled
from members.forms import MemberForm
from members.models import Member, MemberState

_LEAP = 2000
_TYPED = ("birth_day", "birth_month", "language")


class MemberList(ChangeList):
    """The members of one page with what they have now: two statements for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        members: list[Member] = list(self.result_list)
        found = balances.get_balances(
            holder_ids=[member.holder_id for member in members], at=timezone.now()
        )
        wallet = books.get_book().spending_wallet if members else ""
        for member in members:
            balance = found.get(member.holder_id, {}).get(wallet)
            member.points_now = balance.shown if balance else 0  # type: ignore[attr-defined]
        self.result_list = members


@admin.register(Member)
class MemberAdmin(Acting, Listed, Titled, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Somebody on one page: who they are, what they have, where they stand, what they bought."""

    form = MemberForm
    list_display = (
        "name",
        "public_id",
        "email",
        "phone",
        "tier_name",
        "points",
        "state",
        "enrolled_at",
    )
    list_filter = ("state", "tier")
    list_select_related = ("tier",)
    search_fields = ("public_id",)
    search_help_text = _(
        "An id, a card, an e-mail, a phone, an external id, or how the last name begins."
    )
    inlines = (CardInline, ConsentInline, TierChangeInline)
    readonly_fields = (
        "public_id", "kind", "state", "enrolled_at", "closed_at", "came_from", "store",
        "what_they_have", "where_they_stand", "recent_purchases",
    )  # fmt: skip
    glance = (
        _("At a glance"),
        {"fields": ("what_they_have", "where_they_stand", ("state", "enrolled_at"))},
    )
    bought = (_("Last purchases"), {"fields": ("recent_purchases",)})
    details = (
        _("Enrolment"),
        {"fields": (("public_id", "kind", "came_from", "store", "closed_at"),)},
    )

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:
        """Say first what staff open the page for: points, tier, purchases, then who."""
        if obj is None:
            return (_who(_TYPED), (_("Card"), {"fields": ("card",)}))
        born = _TYPED if self.has_change_permission(request, obj) else ("birthday", "language")
        return (self.glance, self.bought, _who(born), self.details)

    def get_inlines(self, request: HttpRequest, obj: Member | None = None) -> Any:
        return self.inlines if obj is not None else ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MemberList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).select_related("store", "tier")  # type: ignore[no-any-return]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        """Find by index only."""
        if not search_term.strip():
            return queryset, False
        return finding.search(text=search_term, within=queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        has_left = obj is not None and obj.state == MemberState.CLOSED
        return bool(super().has_change_permission(request, obj)) and not has_left

    def save_model(
        self, request: HttpRequest, obj: Member, form: MemberForm, change: bool
    ) -> None:
        """Let the capabilities write; what they refuse this late, somebody was quicker with."""
        at, actor = timezone.now(), f"user:{request.user.pk}"
        if change:
            correcting.correct(member=obj, identity=form.identity, at=at, actor=actor)
            return
        said = vars(form.identity)
        member = enrolling.enrol(at=at, card=form.cleaned_data["card"], actor=actor, **said)
        obj.__dict__.update(member.__dict__)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[no-any-return]
        except Refusal as refusal:
            messages.error(request, str(refusal.detail))
            return redirect(request.get_full_path())

    @admin.display(description=_("name"))
    def name(self, member: Member) -> str:
        return str(member)

    @admin.display(description=_("points"))
    def points(self, member: Member) -> int:
        return int(member.points_now)  # type: ignore[attr-defined]

    @admin.display(description=_("tier"))
    def tier_name(self, member: Member) -> str:
        return words.of_tier(member.tier)

    @admin.display(description=_("birthday"))
    def birthday(self, member: Member) -> str | None:
        if not member.birth_month or not member.birth_day:
            return None
        return date_format(date(_LEAP, member.birth_month, member.birth_day), "MONTH_DAY_FORMAT")

    @admin.display(description=_("acquisition source"))
    def came_from(self, member: Member) -> str:
        return words.of_place(member.source)

    @admin.display(description=_("points"))
    def what_they_have(self, member: Member) -> SafeString:
        return glances.show_points(member=member, at=timezone.now())

    @admin.display(description=_("tier"))
    def where_they_stand(self, member: Member) -> SafeString:
        return glances.show_tier(member=member, at=timezone.now())

    @admin.display(description=_("last purchases"))
    def recent_purchases(self, member: Member) -> SafeString:
        return glances.show_purchases(member=member)


def _who(born: tuple[str, ...]) -> Any:
    names, reached = ("first_name", "last_name"), ("email", "phone", "external_id")
    return (_("Who"), {"fields": (names, reached, born)})
