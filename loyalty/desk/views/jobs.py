"""The nights' jobs: looked at, and done again where something stopped them."""

from datetime import date

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from loyalty.desk import jobs
from loyalty.desk.guarding import needs
from loyalty.tasks import run_night


@require_safe
@needs("events.view_jobrun")
def show(request: HttpRequest) -> HttpResponse:
    """Show the last nights, or those before the day in the address."""
    at = timezone.now()
    told = {
        "title": _("Jobs"),
        "at": at,
        "page": jobs.get_nights(at=at, before=_day(request.GET.get("before"))),
        "hourly": jobs.get_hourly(at=at),
        "backlog": jobs.get_backlog(at=at),
        "may_run": request.user.has_perm("events.change_jobrun"),
    }
    return TemplateResponse(request, "desk/jobs.html", admin.site.each_context(request) | told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("events.change_jobrun")
def again(request: HttpRequest, day: str) -> HttpResponse:
    """Ask once, then let a worker do what is left of that night."""
    on = _day(day)
    if on is None:
        raise Http404
    night = jobs.get_night(day=on, at=timezone.now())
    if not night.may_run_again:
        messages.warning(request, _("There is nothing to run again for this day."))
        return redirect("admin:jobs")
    if request.method == "POST":
        _start(request, on)
        return redirect("admin:jobs")
    told = {"title": _("Run the night of %s again?") % date_format(on), "night": night}
    return TemplateResponse(
        request, "desk/jobs_again.html", admin.site.each_context(request) | told
    )


def _start(request: HttpRequest, day: date) -> None:
    try:
        run_night.delay(day=day.isoformat())
    except OperationalError:
        messages.error(request, _("The queue does not answer. Nothing was started; try again."))
    else:
        messages.success(request, _("Started. This page will show how it ended."))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
