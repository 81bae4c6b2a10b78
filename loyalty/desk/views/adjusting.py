"""The page that adjusts a member's points: filled in, looked at again, then sent."""

from datetime import datetime
from typing import cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.desk import adjusting as page
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.views.member import address_of, get_member
from loyalty.identity.models import User
from loyalty.templatetags.look import points as in_words
from members import adjusting, allowing, owning
from members.models import Member


@require_http_methods(["GET", "HEAD", "POST"])
@needs(adjusting.PERMISSION)
@asks_again
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how many points and why, say what would come of it, and do it when told again."""
    member, at = get_member(request, pk), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = page.AdjustForm(data, wallets=page.get_wallets())
    if "back" in request.POST or not form.is_valid():
        return _show(request, member, form=form, at=at)
    if "sure" not in request.POST:
        return _show(request, member, form=form, at=at, is_asked=True)
    return _send(request, member, form=form, at=at)


def _send(
    request: HttpRequest, member: Member, *, form: page.AdjustForm, at: datetime
) -> HttpResponse:
    said = form.cleaned_data
    try:
        asked = adjusting.adjust(
            member=member,
            wallet=said["wallet"],
            points=form.signed,
            reason=said["reason"],
            note=said["note"],
            requested_by=cast("User", request.user),
            key=said["key"],
            at=at,
        )
    except Refusal as refusal:
        form.tell(refusal)
        return _show(request, member, form=form, at=at)
    if asked.entry is None:
        messages.warning(request, _("Nothing has moved yet: this waits for another person."))
        return redirect("admin:approvals")
    told = _("%s added.") if asked.points > 0 else _("%s taken away.")
    messages.success(request, told % in_words(abs(asked.points)))
    return redirect(address_of(member))


def _show(
    request: HttpRequest,
    member: Member,
    *,
    form: page.AdjustForm,
    at: datetime,
    is_asked: bool = False,
) -> HttpResponse:
    user = cast("User", request.user)
    allowance = allowing.get_allowance(user=user, at=at)
    seen = page.foresee(form, member=member, allowance=allowance, at=at) if is_asked else None
    told = {
        "title": _("Adjust the points of %s") % member,
        "member": member,
        "back": address_of(member),
        "form": form,
        "allowance": allowance,
        "foreseen": seen,
        "is_own": owning.is_own_card(member=member, user=user),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/member_adjust.html", context)
