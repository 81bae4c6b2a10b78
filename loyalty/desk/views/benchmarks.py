"""What a measure is in the merchant's sector, as they found it published."""

from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from analytics import planning, targets
from analytics.measures.registry import get_measures
from loyalty.core import digits
from loyalty.desk.guarding import needs
from loyalty.desk.measures import sectors
from loyalty.desk.plan.forms import BenchmarkForm
from loyalty.identity.models import User
from loyalty.programmes import books

_SEES = "analytics.view_benchmark"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(_SEES)
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show the sector's figures of a measure; a POST enters one, or takes one away."""
    measure = get_measures().get(code)
    if measure is None:
        raise Http404
    currency = books.get_book().currency
    is_taking = "drop" in request.POST
    needed = planning.DELETES if is_taking else planning.ENTERS
    if request.method == "POST" and not request.user.has_perm(needed):
        raise PermissionDenied
    data = request.POST if request.method == "POST" and not is_taking else None
    form = BenchmarkForm(data, code=code, currency=currency)
    if is_taking and (pk := digits.read(request.POST["drop"])) is not None:
        planning.withdraw_benchmark(code=code, pk=pk, by=cast("User", request.user))
        return redirect("admin:benchmarks", code)
    if form.is_valid() and _enter(request, code, form):
        messages.success(request, _("Kept. It stands beside the measure from now on."))
        return redirect("admin:benchmarks", code)
    told = {
        "title": _("Sector figures: %(measure)s") % {"measure": measure.name},
        "measure": measure,
        "form": form,
        "sectors": sectors.get_sectors(code=code, currency=currency),
        "may_enter": request.user.has_perm(planning.ENTERS),
        "may_delete": request.user.has_perm(planning.DELETES),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/plan/benchmarks.html", context)


def _enter(request: HttpRequest, code: str, form: BenchmarkForm) -> bool:
    by = cast("User", request.user)
    try:
        planning.enter_benchmark(code=code, by=by, at=timezone.now(), **form.cleaned_data)
    except targets.TargetImpossible as refusal:
        form.add_error("value", str(refusal.detail))
        return False
    return True
