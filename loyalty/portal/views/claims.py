import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.portal import asking, claims
from loyalty.portal.claims import ClaimForm
from loyalty.portal.guarding import MemberRequest, for_members
from loyalty.templatetags import look
from members import claiming
from members.models import Claim


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: MemberRequest) -> HttpResponse:
    """Ask for what is on a receipt, and add its points or let staff look at it."""
    at, key = timezone.now(), request.POST.get("key", "")
    form = ClaimForm(
        request.POST or None,
        today=request.book.business_day(at),
        currency=request.book.currency,
    )
    if request.method == "POST" and asking.is_sound(form, key=key, field="receipt"):
        try:
            said = claiming.claim(member=request.member, receipt=form.said, key=key, at=at)
        except Refusal as refusal:
            wrong = refusal.errors[0].detail if refusal.errors else refusal.detail
            form.add_error("receipt", str(wrong))
        else:
            return _told(request, said)
    told = {
        "claims": claims.get_claims(member=request.member),
        "form": form,
        "key": secrets.token_urlsafe(16),
    }
    return render(request, "portal/claims.html", told)


def _told(request: MemberRequest, said: Claim) -> HttpResponse:
    if said.purchase is not None:
        words = _("The receipt is on your card: %(points)s.")
        messages.success(request, words % {"points": look.points(said.purchase.points)})
        return redirect("portal:claims")
    messages.success(request, _("We look at the receipt and answer by e-mail and here."))
    return redirect("portal:claims")
