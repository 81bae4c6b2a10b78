"""Lost members: who, since when, worth what, why; and how those came back who did."""

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import losing
from analytics.models import Competitor, Loss, LossReason, MemberFact, Outlook, WonBackBy
from loyalty.core.refusals import Refusal
from loyalty.desk import seeing
from loyalty.desk.exporting import lists
from loyalty.desk.guarding import needs
from loyalty.desk.lost import listing, picking
from loyalty.desk.lost.forms import LossForm, WonBackForm
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Programme, Store, Tier
from members.models import Member

_SEGMENTS = 60


@require_safe
@needs(losing.SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show a page of lost members, and above it who came back."""
    told: dict[str, object] = {"title": _("Lost members")}
    if not Programme.objects.exists():
        return _answer(request, "desk/lost.html", told | {"is_new": True})
    book = books.get_book()
    today = book.business_day(timezone.now())
    stores, tiers = _get_stores(request), list(Tier.objects.order_by("ladder", "rank"))
    picked = picking.pick(
        asked=request.GET.dict(), stores=stores, tiers=tiers, currency=book.currency
    )
    may_gather = request.user.has_perm(losing.GATHERS)
    since = losing.get_since(today=today)
    members = _members(request)
    told |= {
        "picked": picked,
        "page": listing.get_page(picked=picked, members=members, since=since, today=today),
        "back": listing.get_back(members=members),
        "back_form": WonBackForm(),
        "stores": stores,
        "tiers": tiers,
        "tellings": picking.TOLD,
        "lost_after": (today - since).days,
        "is_bound": seeing.get_stores(request) is not None,
        "currency": book.currency,
        "segments": losing.get_kept_by_hand()[:_SEGMENTS] if may_gather else (),
        "may_record": request.user.has_perm(losing.RECORDS),
        "may_explain": request.user.has_perm(losing.EXPLAINS),
        "may_export": request.user.has_perm(lists.PERMISSION),
    }
    return _answer(request, "desk/lost.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(losing.SEES)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is known of why a member was lost; a POST writes down what was learnt."""
    row = _members(request).select_related("store", "tier").filter(pk=pk).first()
    if row is None:
        raise Http404
    may_record = request.user.has_perm(losing.RECORDS)
    if request.method == "POST" and not may_record:
        raise PermissionDenied
    losses = list(
        Loss.objects.filter(member=row)
        .select_related("competitor", "recorded_by", "explained_by")
        .order_by("-recorded_at", "-pk")
    )
    holds = next((one for one in losses if not (one.replaced_at or one.won_back_on)), None)
    data = request.POST if request.method == "POST" else None
    form = LossForm(data, initial={"instead_of": holds.pk if holds else None})
    if form.is_valid() and _record(request, row, form):
        return redirect("admin:lost")
    today = books.get_book().business_day(timezone.now())
    fact = MemberFact.objects.filter(member=row).first()
    outlook = Outlook.objects.filter(member=row).first()
    told = {
        "title": str(row),
        "member": row,
        "fact": fact,
        "outlook": outlook,
        "alive": listing.in_words(outlook),
        "losses": losses,
        "holds": holds,
        "form": form,
        "is_lost": fact is not None and fact.last_on < losing.get_since(today=today),
        "competitors": Competitor.objects.order_by("name"),
        "currency": books.get_book().currency,
        "may_record": may_record,
    }
    return _answer(request, "desk/lost/member.html", told)


@require_POST
@needs(losing.EXPLAINS)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down how somebody came back."""
    loss = Loss.objects.filter(pk=pk, member__in=_members(request).values("pk")).first()
    if loss is None:
        raise Http404
    form = WonBackForm(request.POST)
    if form.is_valid():
        try:
            losing.explain(
                loss=loss,
                way=WonBackBy(form.cleaned_data["way"]),
                by=cast("User", request.user),
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.detail))
        else:
            messages.success(request, _("Kept. It counts in the measure of losses."))
    return redirect("admin:lost")


@require_POST
@needs(losing.GATHERS)
def gather(request: HttpRequest) -> HttpResponse:
    """Put those whom the filters leave into a segment, for a campaign to win them back."""
    if not request.user.has_perm(losing.SEES):
        raise PermissionDenied
    segment = losing.get_kept_by_hand().filter(code=request.POST.get("segment", "")).first()
    if segment is None:
        messages.error(request, _("Choose a segment."))
        return redirect(f"{reverse('admin:lost')}?{request.GET.urlencode()}")
    book, at = books.get_book(), timezone.now()
    picked = picking.pick(
        asked=request.GET.dict(),
        stores=_get_stores(request),
        tiers=list(Tier.objects.all()),
        currency=book.currency,
    )
    since = losing.get_since(today=book.business_day(at))
    members = _members(request)
    rows = listing.find(picked=picked, members=members, since=since)
    lost = members.filter(pk__in=rows.values("member"))
    try:
        count = losing.gather(segment=segment, members=lost, by=cast("User", request.user), at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        said = ngettext("%d member joined the segment.", "%d members joined the segment.", count)
        messages.success(request, said % count)
    return redirect(f"{reverse('admin:lost')}?{picked.query}")


def _get_stores(request: HttpRequest) -> list[Store]:
    bound = seeing.get_stores(request)
    return list((Store.objects.all() if bound is None else bound).order_by("name"))


def _record(request: HttpRequest, row: Member, form: LossForm) -> bool:
    said = form.cleaned_data
    try:
        losing.record(
            member=row,
            reason=LossReason(said["reason"]),
            competitor=said["competitor"],
            note=said["note"],
            instead_of=said["instead_of"],
            by=cast("User", request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.detail))
        return False
    messages.success(request, _("Kept. It counts in the measure of losses."))
    return True


def _members(request: HttpRequest) -> QuerySet[Member]:
    rows: QuerySet[Member] = seeing.rows_for(request, Member.objects.all())
    return rows


def _answer(request: HttpRequest, template: str, told: dict[str, object]) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | told)
