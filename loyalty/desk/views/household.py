"""What staff do about a member's household: asked once, with a reason."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.desk.guarding import needs
from loyalty.desk.member.forms import HouseholdForm, ShareForm
from loyalty.desk.views.member import get_member
from loyalty.desk.views.member_acts import actor_of, asked, do
from loyalty.identity.models import User
from members import finding, housing, inviting
from members.models import HouseholdStay, Member


@asked
@needs(housing.PERMISSION)
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask with whom and why, then let a member share their points."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=ShareForm(request.POST or None),
        act=lambda said: _share(member, said["whom"], at=at, by=by, reason=said["reason"]),
        title=_("Let %s share points?") % member,
        explained=_("Both must have agreed. Their points become those of one household, which all"
                    " in it earn and use; cards, tiers and stamps stay each one's own."),
        button=_("Share the points"),
        done=_("They share their points from now on."),
    )  # fmt: skip


@asked
@needs(housing.PERMISSION)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then let a member leave their household."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    stay = _get_stay(member)
    return do(
        request,
        member,
        form=HouseholdForm(request.POST or None),
        act=lambda said: housing.leave(
            member=member, at=at, actor=actor_of(by), by=by, reason=said["reason"]
        ),
        title=_("Let %s leave the household?") % member,
        explained=_("They take along: %s. The last one out takes all.") % _rule(stay),
        button=_("Leave the household"),
        done=_("They have left the household."),
        is_grave=True,
    )


@asked
@needs(housing.PERMISSION)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then end a member's household."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    stay = _get_stay(member)
    return do(
        request,
        member,
        form=HouseholdForm(request.POST or None),
        act=lambda said: housing.dissolve(
            household=stay.household, at=at, actor=actor_of(by), by=by, reason=said["reason"]
        ),
        title=_("End the household of %s?") % member,
        explained=_("Each takes along what is left of what they brought and earned, whatever the"
                    " rule. It cannot be undone."),
        button=_("End the household"),
        done=_("The household has ended."),
        is_grave=True,
    )  # fmt: skip


def _share(member: Member, whom: str, *, at: datetime, by: User, reason: str) -> None:
    named: Any = {"email": whom} if "@" in whom else {"card": whom}
    other = finding.get_member(**({"public_id": whom} if whom.startswith("mem_") else named))
    told: Any = {"at": at, "actor": actor_of(by), "by": by, "reason": reason}
    inviting.bring_together(member=member, other=other, **told)


def _get_stay(member: Member) -> HouseholdStay:
    stay = housing.get_stay(member=member)
    if stay is None:
        raise Http404
    return stay


def _rule(stay: HouseholdStay) -> str:
    return str(stay.get_rule_display())
