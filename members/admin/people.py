"""Members in a list, and the form that corrects who one is. Their page is the desk's own."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.showing import Refusing
from loyalty.ledger import balances
from loyalty.programmes import books
from members import correcting, enrolling, finding, seeing, words
from members.admin.acting import Acting
from members.admin.listing import Listed, Titled
from members.forms import MemberForm
from members.models import Member, MemberState

_LEAP = 2000


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
class MemberAdmin(Acting, Refusing, Listed, Titled, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Who is in the programme: found, enrolled, and put right."""

    form = MemberForm
    list_display = (
        "name",
        "email",
        "phone",
        "tier_badge",
        "points",
        "state_badge",
        "enrolled_at",
    )
    list_filter = ("state", "tier")
    list_select_related = ("tier",)
    search_fields = ("public_id",)
    search_help_text = _(
        "Part of a name, the start of a card number or e-mail address, a phone number, an "
        "external id or an id. At most a hundred are shown: type more to narrow them down."
    )
    readonly_fields = ("public_id", "state", "birthday")
    # Of who has left, the day is said in words; of others, its parts are typed.
    typed: ClassVar[Any] = ("birth_day", "birth_month", "language")

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:
        """Ask a newcomer for a printed card; of others, show whose identity is corrected."""
        if obj is None:
            return (_who(self.typed), (_("Card"), {"fields": ("card",)}))
        is_typed = self.has_change_permission(request, obj)
        born = self.typed if is_typed else ("birthday", "language")
        return (_who(born), (_("Kept"), {"fields": (("public_id", "state"),)}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer one way to save: the member's page follows whichever it was."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context | one, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """Correct an identity on a page of its own: the member's page is the desk's."""
        identity = path(
            "<path:object_id>/identity/",
            self.admin_site.admin_view(self.change_view),
            name="members_member_identity",
        )
        return [identity, *super().get_urls()]

    def response_add(self, request: HttpRequest, obj: Member, *args: Any) -> HttpResponse:
        return self._shown(request, obj)

    def response_change(self, request: HttpRequest, obj: Member) -> HttpResponse:
        return self._shown(request, obj)

    def _shown(self, request: HttpRequest, obj: Member) -> HttpResponse:
        messages.success(request, _("What is written of this member is kept."))
        return redirect("admin:members_member_change", obj.pk)

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
        gone = (MemberState.CLOSED, MemberState.MERGED)
        has_left = obj is not None and obj.state in gone
        return bool(super().has_change_permission(request, obj)) and not has_left

    def save_model(
        self, request: HttpRequest, obj: Member, form: MemberForm, change: bool
    ) -> None:
        """Let the capabilities write; what they refuse this late, somebody was quicker with."""
        at, actor = timezone.now(), f"user:{request.user.pk}"
        if change:
            correcting.correct(member=obj, identity=form.identity, at=at, actor=actor)
            return
        said = form.identity
        member = enrolling.enrol(
            at=at,
            first_name=said.first_name,
            last_name=said.last_name,
            email=said.email,
            phone=said.phone,
            external_id=said.external_id,
            birthday=said.birthday,
            language=said.language,
            card=form.cleaned_data["card"],
            store=seeing.get_home(request.user),
            actor=actor,
        )
        obj.__dict__.update(member.__dict__)

    @admin.display(description=_("name"))
    def name(self, member: Member) -> str:
        return str(member)

    @admin.display(description=_("points"))
    def points(self, member: Member) -> int:
        return int(member.points_now)  # type: ignore[attr-defined]

    @admin.display(description=_("tier"))
    def tier_badge(self, member: Member) -> str:
        if member.tier is None:
            return "–"
        name, code = words.of_tier(member.tier), member.tier.code
        return format_html('<span class="desk-tier desk-tier--{}">{}</span>', code, name)

    @admin.display(description=_("state"))
    def state_badge(self, member: Member) -> str:
        return render_to_string("desk/member/_member_state.html", {"state": member.state})

    @admin.display(description=_("birthday"))
    def birthday(self, member: Member) -> str | None:
        if not member.birth_month or not member.birth_day:
            return None
        return date_format(date(_LEAP, member.birth_month, member.birth_day), "MONTH_DAY_FORMAT")


def _who(born: tuple[str, ...]) -> Any:
    names, reached = ("first_name", "last_name"), ("email", "phone", "external_id")
    return (_("Who"), {"fields": (names, reached, born)})
