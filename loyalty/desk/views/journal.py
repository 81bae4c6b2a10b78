"""The accounting journal of points: looked at, and taken as a file."""

from datetime import date

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import booking, journal, scopes
from analytics.journal import Journal
from analytics.periods import DAY, EARLIEST, LATEST, Period, month_end, month_start
from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.desk.guarding import needs
from loyalty.programmes import books
from loyalty.programmes.models import Programme


@require_safe
@needs("analytics.view_journal")
def show(request: HttpRequest) -> HttpResponse:
    """Show the journal of whole months, the last one unless others are asked for; or its CSV."""
    told = {**admin.site.each_context(request), "title": _("Accounting journal")}
    if not Programme.objects.exists():
        return TemplateResponse(request, "desk/journal.html", told | {"is_new": True})
    at, book = timezone.now(), books.get_book()
    today = zones.business_day(moment=at, zone=book.zone)
    period = _read(request, today=today)
    told |= {"period": period, "currency": book.currency, "programme_name": book.name}
    try:
        found = journal.get_journal(scope=scopes.get_scope(period=period, at=at))
    except Refusal as refusal:
        told |= {"refused": refusal.title}
        # Who opens the page before the night has counted the month asked for nothing wrong.
        status = refusal.status if {"from", "to", "csv"} & request.GET.keys() else 200
        return TemplateResponse(request, "desk/journal.html", told, status=status)
    if "csv" in request.GET:
        return _file(found, book.currency)
    lines = [(journal.LABELS[line.what], line) for line in found.lines]
    told |= {
        "journal": found,
        "lines": lines,
        "breakage": [_percent(one.breakage) for one in (found.opening, found.closing)],
    }
    return TemplateResponse(request, "desk/journal.html", told)


def _file(found: Journal, currency: str) -> HttpResponse:
    content = booking.write_csv(journal=found, currency=currency)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"{booking.reference_of(found)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(request: HttpRequest, *, today: date) -> Period:
    """Return the months asked for; what is no month is the last one that is over."""
    last = month_start(month_start(today) - DAY)
    first, until = (_month(request.GET.get(name), last) for name in ("from", "to"))
    return Period(min(first, until), month_end(max(first, until)))


def _month(text: str | None, otherwise: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise
    return found if EARLIEST <= found <= LATEST else otherwise


def _percent(share: object) -> float | None:
    return None if share is None else round(float(share) * 100, 1)  # type: ignore[arg-type]
