"""Personal offers: the latest and a new one; and for whom one is."""

from typing import cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.desk import offers
from loyalty.desk.guarding import needs
from loyalty.identity.models import User
from loyalty.programmes.models import Rule
from members import offering
from members.listing import Listed


@require_http_methods(["GET", "HEAD", "POST"])
@needs(offering.MAKES)
def show(request: HttpRequest) -> HttpResponse:
    """List the latest offers above the form of a new one; a POST makes its draft."""
    form = offers.OfferForm(request.POST or None, request.FILES or None)
    form.reader = cast("User", request.user)
    if request.method == "POST" and form.is_valid() and (rule := _make(request, form)):
        return redirect(reverse("admin:programmes_ruleversion_add", query={"rule": rule.pk}))
    told = {
        "title": _("Personal offers"),
        "form": form,
        "latest": offers.get_latest(at=timezone.now()),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(offering.MAKES)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show for whom an offer is; a POST lets it be for exactly those of another list."""
    rule = Rule.objects.select_related("audience").filter(pk=pk, audience__isnull=False).first()
    if rule is None:
        raise Http404
    form = offers.ListForm(request.POST or None, request.FILES or None)
    form.reader = cast("User", request.user)
    if request.method == "POST" and form.is_valid() and _give_to(request, form, rule):
        return redirect("admin:offer", pk)
    told = {
        "title": str(rule),
        "rule": rule,
        "form": form,
        "audience": offers.get_audience(rule=rule, reader=form.reader, at=timezone.now()),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/offer.html", context)


def _make(request: HttpRequest, form: offers.OfferForm) -> Rule | None:
    said = form.cleaned_data
    try:
        rule = offering.make(
            code=said["code"],
            name_fr=said["name_fr"],
            name_en=said["name_en"],
            member_ids=said["listed"].members,
            by=form.reader,
            at=timezone.now(),
        )
    except offering.OfferCodeTaken as refusal:
        form.add_error("code", str(refusal.detail))
        return None
    except Refusal as refusal:
        form.add_error("members", str(refusal.detail))
        return None
    _tell(request, said["listed"])
    messages.info(request, _("Say what the offer gives, from when until when, and publish it."))
    return rule


def _give_to(request: HttpRequest, form: offers.ListForm, rule: Rule) -> bool:
    listed = form.cleaned_data["listed"]
    try:
        offering.give_to(rule=rule, member_ids=listed.members, by=form.reader, at=timezone.now())
    except Refusal as refusal:
        form.add_error("members", str(refusal.detail))
        return False
    _tell(request, listed)
    return True


def _tell(request: HttpRequest, listed: Listed) -> None:
    count = len(listed.members)
    said = ngettext("The offer is for %d member.", "The offer is for %d members.", count)
    messages.success(request, said % count)
    if listed.unknown:
        count = len(listed.unknown)
        said = ngettext(
            "%(count)d name is nobody’s: %(names)s",
            "%(count)d names are nobody’s: %(names)s",
            count,
        )
        told = {"count": count, "names": offers.left_out(listed)}
        messages.warning(request, said % told)
