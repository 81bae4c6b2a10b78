"""Rules tried on what was bought: the latest, and one with its report."""

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from loyalty.core import digits
from loyalty.core.refusals import Refusal
from loyalty.desk import simulations
from loyalty.desk.guarding import needs
from loyalty.identity.models import User
from loyalty.programmes import trying
from loyalty.programmes.models import Simulation
from loyalty.tasks import simulate
from members import simulating


@require_http_methods(["GET", "HEAD", "POST"])
@needs(trying.DRAFTS)
def show(request: HttpRequest) -> HttpResponse:
    """List the latest simulations; a POST keeps one of the rules as they are."""
    if request.method == "POST":
        kept = trying.draft(rule=None, said=None, by=cast("User", request.user), at=timezone.now())
        return redirect("admin:simulation", kept.pk)
    rows = Simulation.objects.select_related("rule").order_by("-pk")[: simulations.LATEST]
    told = {
        "title": _("Simulations"),
        "latest": [(row, simulations.title_of(row)) for row in rows],
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/simulations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(trying.DRAFTS)
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is tried, how far it is, and its report; a POST starts it."""
    row = Simulation.objects.select_related("rule").filter(pk=pk).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        _start(request, row)
        return redirect("admin:simulation", pk)
    shown = simulations.show(row=row, at=timezone.now())
    told = {"title": shown.title, "shown": shown, "months": simulations.MONTHS}
    if request.htmx:  # type: ignore[attr-defined]  # its middleware adds it
        return TemplateResponse(request, "desk/_simulation.html", told)
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/simulation.html", context)


def _start(request: HttpRequest, row: Simulation) -> None:
    months = digits.read(request.POST.get("months", "3"))
    if months is None:
        raise BadRequest
    try:
        simulating.start(
            simulation=row, months=months, by=cast("User", request.user), at=timezone.now()
        )
    except Refusal as refusal:
        messages.warning(request, str(refusal.detail))
        return
    try:
        simulate.delay(simulation_id=row.pk)
    except OperationalError:
        simulating.give_back(simulation=row)
        messages.error(request, _("Nobody could be told to work on it. Try again later."))
