"""Loyalty cards: whose a number is, and how a lost one is refused."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core.showing import ShownOnly
from members import blocking
from members.admin.listing import OfMembers, Shown
from members.models import Card


class CardInline(Shown):
    model = Card
    fields = ("number", "state", "issued_at")


@admin.register(Card)
class CardAdmin(OfMembers, ShownOnly, admin.ModelAdmin[Card]):
    list_display = ("number", "member", "state", "issued_at")
    list_filter = ("state",)
    list_select_related = ("member",)
    fields = ("number", "member", "state", "issued_at")
    actions = ("block",)

    def own(self, term: str) -> Q:
        return Q(number=term.strip())

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_card")

    @admin.action(description=_("Block lost cards"), permissions=["act"])
    def block(self, request: HttpRequest, chosen: QuerySet[Card]) -> None:
        at, actor = timezone.now(), f"user:{request.user.pk}"
        cards: list[Any] = [blocking.block_card(card=card, at=at, actor=actor) for card in chosen]
        said = ngettext("%d card blocked.", "%d cards blocked.", len(cards))
        messages.success(request, said % len(cards))
