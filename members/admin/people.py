"""A member on one page."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core import money
from loyalty.core.refusals import Refusal
from loyalty.ledger import balances
from loyalty.programmes import books
from members import correcting, enrolling, finding, standing
from members.admin.acting import Acting
from members.admin.answers import ConsentInline, TierChangeInline
from members.admin.cards import CardInline
from members.admin.listing import Listed
from members.forms import MemberForm
from members.models import Member, MemberState, Purchase

_RECENT = 10


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
class MemberAdmin(Acting, Listed, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Somebody on one page: who they are, what they have, where they stand, what they bought."""

    form = MemberForm
    list_display = (
        "name",
        "public_id",
        "email",
        "phone",
        "tier",
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
        "public_id", "kind", "state", "enrolled_at", "closed_at", "source", "store",
        "what_they_have", "where_they_stand", "recent_purchases",
    )  # fmt: skip
    identity = (
        _("Who"),
        {
            "fields": (
                ("first_name", "last_name"),
                ("email", "phone", "external_id"),
                ("birth_month", "birth_day", "language"),
            )
        },
    )
    programme = (
        _("In the programme"),
        {
            "fields": (
                ("public_id", "kind", "state"),
                ("enrolled_at", "closed_at"),
                ("source", "store"),
                "where_they_stand",
                "what_they_have",
                "recent_purchases",
            )
        },
    )

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:
        if obj is not None:
            return (self.identity, self.programme)
        return (self.identity, (_("Card"), {"fields": ("card",)}))

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

    @admin.display(description=_("points"))
    def what_they_have(self, member: Member) -> SafeString:
        found = balances.get_balances(holder_ids=[member.holder_id], at=timezone.now())
        wallets = found.get(member.holder_id, {})
        entries = reverse("admin:ledger_account_changelist")
        told = format_html_join(
            " · ",
            "{}: {}",
            ((wallet, balance.shown) for wallet, balance in sorted(wallets.items())),
        )
        link = format_html('<a href="{}?q={}">{}</a>', entries, member.holder_id, _("Book"))
        return format_html("{} — {}", told or "0", link)

    @admin.display(description=_("tier"))
    def where_they_stand(self, member: Member) -> str:
        now = standing.get_standing(member=member, at=timezone.now())
        if now.tier is None:
            return "–"
        name = now.tier.name_fr if get_language() == "fr" else now.tier.name_en
        until = date_format(now.until) if now.until else ""
        parts = [name, gettext("until %s") % until if until else ""]
        if now.to_next:
            currency = books.get_book().currency
            missing = money.to_text(cents=now.to_next.missing_cents, currency=currency)
            words = {"missing": missing, "tier": now.to_next.tier}
            parts.append(gettext("%(missing)s to reach %(tier)s") % words)
        return " · ".join(part for part in parts if part)

    @admin.display(description=_("last purchases"))
    def recent_purchases(self, member: Member) -> SafeString:
        currency = books.get_book().currency
        recent = Purchase.objects.filter(member=member).order_by("-occurred_at")[:_RECENT]
        rows = (
            (
                reverse("admin:members_purchase_change", args=[purchase.pk]),
                date_format(purchase.business_on),
                money.to_text(cents=purchase.total_cents, currency=currency),
                purchase.points,
            )
            for purchase in recent
        )
        listed = format_html_join("", '<li><a href="{}">{}</a>: {} → {}</li>', rows)
        more = reverse("admin:members_purchase_changelist")
        link = format_html('<a href="{}?q={}">{}</a>', more, member.public_id, _("All of them"))
        return format_html("<ul>{}</ul>{}", listed, link)
