"""Campaigns: the list with a calendar, and one with its figures."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk import campaigns, seeing, uplift
from loyalty.desk.guarding import needs
from loyalty.programmes import books

_SEES = "programmes.view_campaign"


@require_safe
@needs(_SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show the campaigns with their state and months; to who reads all stores, their figures."""
    told = {
        "title": _("Campaigns"),
        "page": campaigns.get_page(at=timezone.now()),
        "has_figures": seeing.reads_all_figures(request),
        "may_add": request.user.has_perm("programmes.add_campaign"),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/campaigns.html", context)


@require_safe
@needs(_SEES)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one campaign and its rules; to who reads all stores, what it reached, cost, changed."""
    at = timezone.now()
    found = campaigns.get_one(pk=pk, at=at)
    if found is None:
        raise Http404
    told, rules = found
    shares = campaigns.get_shares(told, at=at) if seeing.reads_all_figures(request) else None
    context = admin.site.each_context(request) | {
        "title": told.name,
        "one": told,
        "shares": shares,
        "uplift": shares and uplift.tell(treated=shares.treated, held_out=shares.held_out),
        "rules": rules,
        "currency": books.get_book().currency,
    }
    return TemplateResponse(request, "desk/campaign.html", context)
