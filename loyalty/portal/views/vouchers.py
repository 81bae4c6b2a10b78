from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from loyalty.portal import vouchers
from loyalty.portal.guarding import MemberRequest, for_members

_MOST_PAGES = 1_000


@require_safe
@for_members
def mine(request: MemberRequest) -> HttpResponse:
    """List the member's vouchers: open ones, or those that were used, or that are over."""
    listed = vouchers.get_list(
        member=request.member,
        view=request.GET.get("state", ""),
        page=_page(request.GET.get("page", "")),
        at=timezone.now(),
        book=request.book,
    )
    return render(request, "portal/vouchers.html", {"listed": listed})


@require_safe
@for_members
def voucher(request: MemberRequest, pk: int) -> HttpResponse:
    """Hold one voucher out to a till."""
    shown = vouchers.get_shown(member=request.member, pk=pk, at=timezone.now(), book=request.book)
    return render(
        request, "portal/voucher.html", {"voucher": shown, "currency": request.book.currency}
    )


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 5
    return max(1, min(int(text), _MOST_PAGES)) if is_number else 1
