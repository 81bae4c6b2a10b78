import re
import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from loyalty.core import keys
from loyalty.core.refusals import Refusal
from loyalty.portal import pricing, rewards
from loyalty.portal.guarding import MemberRequest, for_members
from rewards import redeeming
from rewards.models import Reward

_KEY = re.compile(r"[\w-]{16,64}", re.ASCII)


@require_safe
@for_members
def catalogue(request: MemberRequest) -> HttpResponse:
    """Show what there is for points, what can be had first."""
    shown = rewards.get_catalogue(
        member=request.member,
        at=timezone.now(),
        book=request.book,
        category=request.GET.get("category", ""),
    )
    page = "portal/_catalogue.html" if _is_part(request) else "portal/rewards.html"
    return render(request, page, {"catalogue": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@for_members
def reward(request: MemberRequest, public_id: str) -> HttpResponse:
    """Show one reward; ask once; give the voucher for it."""
    if request.method == "POST" and _KEY.fullmatch(request.POST.get("key", "")):
        return _redeem(request, public_id)
    return _show(request, public_id, is_asking="ask" in request.GET)


def _redeem(request: MemberRequest, public_id: str) -> HttpResponse:
    """Pay once for what the form agreed to; a second click opens the same voucher."""
    wanted = Reward.objects.filter(public_id=public_id).select_related("wallet").first()
    if wanted is None:
        return _show(request, public_id)
    try:
        redemption = redeeming.redeem(
            member=request.member,
            reward=wanted,
            key=keys.digest(
                scope=request.member.public_id, key=f"{public_id}:{request.POST['key']}"
            ),
            at=timezone.now(),
            actor=f"member:{request.member.public_id}",
            agreed=pricing.from_text(request.POST.get("agreed", "")),
        )
    except Refusal as refusal:
        is_asking = isinstance(refusal, redeeming.RewardPriceChanged)
        return _show(request, public_id, refusal=refusal, is_asking=is_asking)
    messages.success(request, _("Your voucher is ready."))
    return redirect("portal:voucher", redemption.voucher_id)


def _show(
    request: MemberRequest,
    public_id: str,
    *,
    refusal: Refusal | None = None,
    is_asking: bool = False,
) -> HttpResponse:
    page = rewards.get_page(
        member=request.member, public_id=public_id, at=timezone.now(), book=request.book
    )
    shown = {
        "page": page,
        "reward": page.shown,
        "refusal": refusal,
        "is_asking": is_asking and page.can_be_had,
        "key": secrets.token_urlsafe(16),
    }
    status = refusal.status if refusal else 200
    template = "portal/_reward_deciding.html" if _is_part(request) else "portal/reward.html"
    return render(request, template, shown, status=status)


def _is_part(request: MemberRequest) -> bool:
    """Return whether htmx asks for a part; who comes back by history gets the page."""
    return bool(request.htmx) and not request.htmx.history_restore_request
