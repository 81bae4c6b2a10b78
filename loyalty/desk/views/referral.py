"""What staff do about a referral that waits: asked once, with a reason."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.desk.guarding import needs
from loyalty.desk.member.forms import ReferralForm
from loyalty.desk.views.member import get_member
from loyalty.desk.views.member_acts import asked, do
from loyalty.identity.models import User
from members import confirming
from members.models import Referral


@asked
@needs(confirming.PERMISSION)
def cancel(request: HttpRequest, pk: int, referral: int) -> HttpResponse:
    """Ask why, then let a referral come to nothing: of a friend, from the friend's page."""
    friend, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    found = Referral.objects.pending().of_friend(friend).with_people().filter(pk=referral).first()
    if found is None:
        raise Http404
    return do(
        request,
        friend,
        form=ReferralForm(request.POST or None),
        act=lambda said: confirming.cancel(
            referral=found, reason=said["reason"], by=by, at=at
        ),
        title=_("Cancel the referral of %s?") % friend,
        explained=_("Neither side gets anything for it, whatever the friend buys. It cannot be"
                    " undone."),
        button=_("Cancel the referral"),
        done=_("The referral is cancelled."),
        is_grave=True,
    )  # fmt: skip
