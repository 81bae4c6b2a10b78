from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.portal import household
from loyalty.portal.guarding import MemberRequest, for_members
from loyalty.portal.household import InviteForm
from members import housing, inviting


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: MemberRequest) -> HttpResponse:
    """Show who shares points with the member, or how to; and take what they decide."""
    member, at = request.member, timezone.now()
    if request.method == "POST":
        return _act(request)
    stay = housing.get_stay(member=member)
    is_open = housing.has_households(book=request.book)
    home = household.get_home(stay=stay, member=member, at=at, book=request.book) if stay else None
    told = {
        "home": home,
        "is_open": is_open,
        "takes_share": request.book.household_rule == "SHARE",
        "invitations": inviting.get_waiting(member=member, at=at),
        "form": InviteForm(),
    }
    return render(request, "portal/household.html", told)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: MemberRequest) -> HttpResponse:
    """Say what leaving the household takes along, and let the member leave it."""
    member, at = request.member, timezone.now()
    if request.method == "POST":
        return _try(
            request, lambda: housing.leave(member=member, at=at), _("You have left the household.")
        )
    stay = housing.get_stay(member=member)
    if stay is None:
        return redirect("portal:household")
    leaving = household.get_leaving(stay=stay, member=member, at=at, book=request.book)
    return render(request, "portal/household_leave.html", {"leaving": leaving})


def _act(request: MemberRequest) -> HttpResponse:
    member, at, sent = request.member, timezone.now(), request.POST
    asked: Any = {"public_id": sent.get("invitation", "")[:40], "member": member, "at": at}
    match sent.get("action"):
        case "found":
            done = _("You share your points from now on. Invite who lives with you.")
            return _try(request, lambda: housing.found(member=member, at=at), done)
        case "accept":
            done = _("You share your points with this household from now on.")
            return _try(request, lambda: inviting.accept(**asked), done)
        case "decline":
            done = _("You have declined the invitation.")
            return _try(request, lambda: inviting.decline(**asked), done)
        case "invite":
            return _invite(request)
    raise BadRequest


def _invite(request: MemberRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Type a card number or an e-mail address."))
        return redirect("portal:household")
    whom = form.cleaned_data["whom"]
    # The same whether somebody has it or not: nobody learns here who is a member.
    done = _("If they are a member, they are asked, and find the invitation here.")
    return _try(
        request,
        lambda: inviting.invite(member=request.member, whom=whom, at=timezone.now()),
        done,
    )


def _try(request: MemberRequest, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, done)
    return redirect("portal:household")
