"""Loyalty cards: whose a number is, and how a lost one is refused."""

from typing import cast

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core.refusals import Refusal
from loyalty.core.showing import ShownOnly
from loyalty.identity.models import User
from members import blocking
from members.admin.listing import OfMembers
from members.models import Card


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
        """Block each; what is refused is said, and keeps none of the others."""
        at, by, done = timezone.now(), cast("User", request.user), 0
        for card in chosen.select_related("member"):
            try:
                blocking.block_card(card=card, at=at, actor=f"user:{by.pk}", by=by)
            except Refusal as refusal:
                messages.error(request, f"{card}: {refusal.detail}")
            else:
                done += 1
        if done:
            messages.success(
                request, ngettext("%d card blocked.", "%d cards blocked.", done) % done
            )
