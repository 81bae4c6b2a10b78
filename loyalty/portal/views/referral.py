from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from loyalty.portal import referral
from loyalty.portal.guarding import MemberRequest, for_members


@require_safe
@for_members
def show(request: MemberRequest) -> HttpResponse:
    """Show the member's code to share, what it gives, and the friends who joined with it."""
    member, at, book = request.member, timezone.now(), request.book
    is_open = book.referral_days is not None
    join = request.build_absolute_uri(reverse("portal:join"))
    told = {
        "is_open": is_open,
        "sharing": referral.get_sharing(member=member, join=join, at=at, book=book)
        if is_open
        else None,
        "terms": referral.get_terms(at=at, book=book) if is_open else None,
        "friends": referral.get_friends(member=member, book=book),
        "own": referral.get_own(member=member),
    }
    return render(request, "portal/referral.html", told)
