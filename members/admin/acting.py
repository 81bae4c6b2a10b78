"""What staff can do to the members they chose. Each is one call into a capability."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from members import blocking, standing
from members.models import Member


class Acting:
    """Put before ModelAdmin: block, unblock and review."""

    actions: Any = ("block", "unblock", "review")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_member")

    @admin.action(description=_("Block: no earning, no spending"), permissions=["act"])
    def block(self, request: HttpRequest, chosen: QuerySet[Member]) -> None:
        at = timezone.now()
        _each(
            request,
            chosen,
            lambda m, by: blocking.block(member=m, at=at, actor=_actor(by), by=by),
        )

    @admin.action(description=_("Unblock"), permissions=["act"])
    def unblock(self, request: HttpRequest, chosen: QuerySet[Member]) -> None:
        at = timezone.now()
        _each(
            request,
            chosen,
            lambda m, by: blocking.unblock(member=m, at=at, actor=_actor(by), by=by),
        )

    @admin.action(description=_("Review tier now"), permissions=["act"])
    def review(self, request: HttpRequest, chosen: QuerySet[Member]) -> None:
        ids = list(chosen.values_list("pk", flat=True))
        moved = standing.review(member_ids=ids, at=timezone.now())
        said = ngettext("%d member moved.", "%d members moved.", moved)
        messages.success(request, said % moved)


def _each(
    request: HttpRequest, chosen: QuerySet[Member], act: Callable[[Member, User], object]
) -> None:
    """Do it to each; what is refused is said, and keeps none of the others."""
    done, by = 0, cast("User", request.user)
    for member in chosen:
        try:
            act(member, by)
        except Refusal as refusal:
            messages.error(request, f"{member.public_id}: {refusal.detail}")
        else:
            done += 1
    if done:
        messages.success(request, ngettext("%d member done.", "%d members done.", done) % done)


def _actor(by: User) -> str:
    return f"user:{by.pk}"
