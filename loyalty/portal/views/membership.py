from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.portal import membership
from loyalty.portal.guarding import MemberRequest, for_members
from members import memberships, subscribing


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: MemberRequest) -> HttpResponse:
    """Say what stopping a paid membership does, and let it end with its term."""
    if request.method == "POST":
        return _stop(request)
    held = membership.get_held(member=request.member, at=timezone.now(), book=request.book)
    if held is None or not held.is_renewed:
        return redirect("portal:card")
    return render(request, "portal/membership.html", {"held": held})


def _stop(request: MemberRequest) -> HttpResponse:
    member, at = request.member, timezone.now()
    held = memberships.get_held(member=member, day=request.book.business_day(at))
    if held is None:
        return redirect("portal:card")
    try:
        subscribing.cancel(subscription=held, at=at, actor=member.public_id)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("Your membership ends with its term."))
    return redirect("portal:card")
