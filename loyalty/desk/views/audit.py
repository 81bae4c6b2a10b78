"""Who did what: to read and to search. Nothing here, nor anywhere else, writes or removes it."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk.audit import sources, trail
from loyalty.desk.audit.trail import Filters
from loyalty.desk.guarding import needs


# The auditor's and the administrator's alone: it names members and staff of every store.
@require_safe
@needs("admin.view_logentry")
def show(request: HttpRequest) -> HttpResponse:
    """Show what the filters in the address let through, newest first."""
    filters = _read(request)
    kinds = sources.get_sources()
    found = trail.get_trail(
        filters=filters,
        cursor=request.GET.get("before"),
        zone=timezone.get_current_timezone(),
    )
    told = {
        "title": _("Audit log"),
        "trail": found,
        "filters": filters,
        "kinds": [(code, source.title) for code, source in kinds.items()],
        "is_narrowed": filters != Filters(),
        "older": f"?{urlencode({**_asked(request), 'before': found.older})}"
        if found.older
        else "",
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/audit.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    names = ("who", "kind", "q", "from", "to")
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def _read(request: HttpRequest) -> Filters:
    asked = {name: text.replace("\0", "").strip() for name, text in _asked(request).items()}
    kind = asked.get("kind", "")
    return Filters(
        who=asked.get("who", ""),
        kind=kind if kind in sources.get_sources() else "",
        text=asked.get("q", ""),
        first=_day(asked.get("from", "")),
        last=_day(asked.get("to", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
