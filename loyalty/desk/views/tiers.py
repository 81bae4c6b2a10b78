"""Who would move by the ladder in force: looked at, and applied by a person."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from loyalty.core.refusals import Refusal
from loyalty.desk import seeing
from loyalty.desk.guarding import needs
from loyalty.identity.models import User
from loyalty.programmes.models import Tier
from loyalty.tasks import review_tiers
from members import reviewing, words
from members.models import TierReview

_ROWS, _LAST = 25, 10
# What is so small is done while the reader waits.
_SMALL = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@needs(reviewing.PERMISSION)
def overview(request: HttpRequest) -> HttpResponse:
    """Show the last reviews; a POST begins one."""
    if request.method == "POST":
        review = reviewing.start(by=cast("User", request.user), at=timezone.now())
        return _work(request, review)
    reviews = TierReview.objects.select_related("asked_by").order_by("-pk")[:_LAST]
    told = {"title": _("Who would move"), "reviews": reviews}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/tiers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(reviewing.PERMISSION)
def show(request: HttpRequest, review: str) -> HttpResponse:
    """Show who would move, or how far it is; a POST applies it, or goes on with it."""
    found = TierReview.objects.filter(public_id=review).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _apply(request, found)
    told = {"title": _("Who would move"), "shown": _shown(request, found)}
    if request.htmx:  # type: ignore[attr-defined]  # its middleware adds it
        return TemplateResponse(request, "desk/_tier_review.html", told)
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/tier_review.html", context)


def _apply(request: HttpRequest, review: TierReview) -> HttpResponse:
    if review.is_at_work:
        return _work(request, review)
    try:
        review = reviewing.apply(
            review=review,
            lowers="lowers" in request.POST,
            by=cast("User", request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.warning(request, str(refusal.detail))
        return redirect("admin:tier_review", review.public_id)
    return _work(request, review)


def _work(request: HttpRequest, review: TierReview) -> HttpResponse:
    if review.steps <= _SMALL:
        reviewing.work(review=review, clock=timezone.now)
    else:
        try:
            review_tiers.delay(review_id=review.pk)
        except OperationalError:
            messages.error(request, _("The queue does not answer. Press “Go on” to try again."))
    return redirect("admin:tier_review", review.public_id)


def _shown(request: HttpRequest, review: TierReview) -> dict[str, Any]:
    names = {tier.pk: words.of_tier(tier) for tier in Tier.objects.all()}
    moves = seeing.rows_for(request, review.moves.select_related("member")).order_by("pk")
    page = Paginator(moves, _ROWS).get_page(request.GET.get("page"))
    counts = [
        {
            "left": names.get(one["from_tier"], "–"),
            "reached": names.get(one["to_tier"], "–"),
            "is_up": one["is_up"],
            "members": one["members"],
        }
        for one in reviewing.count_moves(review=review)
    ]
    rows = [
        {
            "member": move.member,
            "left": names.get(move.from_tier_id, "–"),
            "reached": names.get(move.to_tier_id, "–"),
        }
        for move in page
    ]
    return {
        "review": review,
        "counts": counts,
        "rows": rows,
        "page": page,
        "has_falls": any(not one["is_up"] for one in counts),
    }
