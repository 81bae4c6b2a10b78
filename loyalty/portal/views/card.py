from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from loyalty.portal import card, showing
from loyalty.portal.guarding import MemberRequest, for_members


@require_safe
@for_members
def show(request: MemberRequest) -> HttpResponse:
    """Show the card: what there is, what is next, what expires."""
    shown = card.get_card(member=request.member, at=timezone.now(), book=request.book)
    return render(request, "portal/card.html", {"card": shown, "currency": request.book.currency})


@require_safe
@for_members
def code(request: MemberRequest) -> HttpResponse:
    """Hold the card out: a page of its own, or the part that opens under the card."""
    is_put_away = request.htmx and "away" in request.GET
    shown = None if is_put_away else showing.get_shown(member=request.member, at=timezone.now())
    page = "portal/_code.html" if request.htmx else "portal/code.html"
    return render(request, page, {"shown": shown, "refresh": showing.REFRESH_SECONDS})
