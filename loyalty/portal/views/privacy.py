from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.core import keys
from loyalty.core.refusals import Refusal
from loyalty.dossier import writing
from loyalty.portal import privacy
from loyalty.portal.entrance import trying
from loyalty.portal.guarding import MemberRequest, for_members, for_members_and_former
from members import closing, erasing
from members.models import MemberState


@for_members_and_former
@require_safe
def show(request: MemberRequest) -> HttpResponse:
    """Show what a member can do about what we hold of them."""
    return render(request, "portal/privacy.html", {"hours": privacy.HOURS})


@for_members_and_former
@require_safe
def download(request: MemberRequest) -> HttpResponse:
    """Give all that is held about the member, as one file."""
    at = timezone.now()
    dossier = writing.gather(member=request.member, at=at)
    # Like the files in it.
    name = _("my-data") + f"-{timezone.localdate(at):%Y-%m-%d}.zip"
    file = writing.pack(dossier=dossier)
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    # The stubs forget that it is one.
    return cast("HttpResponse", answer)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: MemberRequest) -> HttpResponse:
    """Say what leaving costs, and let the member leave."""
    member, at = request.member, timezone.now()
    if request.method == "POST":
        key = keys.digest(scope="portal", key=f"leave:{member.public_id}")
        closing.close(member=member, key=key, at=at)
        logout(request)
        return redirect("portal:left")
    stake = privacy.get_stake(member=member, at=at, book=request.book)
    return render(request, "portal/leave.html", {"stake": stake})


@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Say to whoever left that it is done."""
    return render(request, "portal/left.html", {"programme": trying.get_programme()})


@for_members_and_former
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: MemberRequest) -> HttpResponse:
    """Say what erasing means, and take the request."""
    member, at = request.member, timezone.now()
    if request.method == "POST":
        erasing.ask(member=member, at=at, actor=member.public_id)
        messages.success(request, _("Your request is noted. You can undo it for 72 hours."))
        return redirect("portal:privacy")
    if member.erasure_due_at:
        return redirect("portal:privacy")
    stake = privacy.get_stake(member=member, at=at, book=request.book)
    told = {"stake": stake, "due_at": at + erasing.WAIT, "hours": privacy.HOURS}
    return render(request, "portal/erase.html", told)


@for_members_and_former
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Take the request to be erased back."""
    try:
        erasing.undo(member=request.member, at=timezone.now(), actor=request.member.public_id)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        is_over = request.member.state == MemberState.CLOSED
        goes_on = _("Nothing will be erased. Your membership goes on.")
        said = _("Nothing will be erased. Your membership stays closed.") if is_over else goes_on
        messages.success(request, said)
    return redirect("portal:privacy")
