"""Campaigns: the list with a calendar, and one with its figures."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk import campaigns, uplift
from loyalty.desk.guarding import needs
from loyalty.programmes import books

_SEES = "programmes.view_campaign"


@require_safe
@needs(_SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show the campaigns with their state, cost so far and months."""
    told = {
        "title": _("Campaigns"),
        "page": campaigns.get_page(at=timezone.now()),
        "may_add": request.user.has_perm("programmes.add_campaign"),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/campaigns.html", context)


@require_safe
@needs(_SEES)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one campaign: reach, cost, budget left, who is held out, and its rules."""
    found = campaigns.get_one(pk=pk, at=timezone.now())
    if found is None:
        raise Http404
    told, shares, rules = found
    context = admin.site.each_context(request) | {
        "title": told.name,
        "one": told,
        "shares": shares,
        "uplift": uplift.tell(treated=shares.treated, held_out=shares.held_out),
        "rules": rules,
        "currency": books.get_book().currency,
    }
    return TemplateResponse(request, "desk/campaign.html", context)
