"""Who comes back: the page of retention, and its tables as files."""

from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import scopes
from analytics.periods import DAY, Period
from analytics.reporting import PeriodImpossible
from loyalty.core import zones
from loyalty.desk import seeing
from loyalty.desk.guarding import needs
from loyalty.desk.retention import filing, picking, showing
from loyalty.desk.retention.picking import Picked
from loyalty.programmes import books
from loyalty.programmes.models import Programme, Store

_FILES = {"measures": filing.write_measures, "cohorts": filing.write_cohorts}


@require_safe
@needs("analytics.view_measures")
def show(request: HttpRequest) -> HttpResponse:
    """Show a period, or its tables as CSV. Nothing here says who anybody is."""
    at = timezone.now()
    told = {**admin.site.each_context(request), "title": _("Who comes back?")}
    if not Programme.objects.exists():
        return TemplateResponse(request, "desk/retention.html", told | {"is_new": True})
    today = zones.business_day(moment=at, zone=books.get_zone())
    try:
        picked = _pick(request, today=today)
    except PeriodImpossible as refusal:
        yesterday = Period(today - DAY, today - DAY)
        told |= {"refused": refusal.title, "picked": _pick(request, today=today, only=yesterday)}
        return TemplateResponse(request, "desk/retention.html", told, status=400)
    if (table := request.GET.get("csv")) in _FILES:
        return _file(table, picked)
    told |= {"picked": picked, "shown": showing.get_shown(picked=picked, at=at)}
    return TemplateResponse(request, "desk/retention.html", told)


def _file(table: str, picked: Picked) -> HttpResponse:
    scope = scopes.get_scope(period=picked.period, at=timezone.now(), cut=picked.cut)
    response = HttpResponse(_FILES[table](scope=scope), content_type="text/csv; charset=utf-8")
    name = f"{table}-{picking.key_of(picked.period)}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _pick(request: HttpRequest, *, today: date, only: Period | None = None) -> Picked:
    # Sums name nobody: who sees no member at all, an analyst, may read those of every store.
    is_bound = request.user.has_perm("members.view_member")
    mine = seeing.get_stores(request) if is_bound else None
    stores = Store.objects.filter(is_training=False) if mine is None else mine
    rows = list(stores.order_by("name"))
    asked = request.GET.dict() if only is None else {"period": picking.key_of(only)}
    if mine is not None:
        # A manager's own stores one by one: the whole chain is not theirs to read.
        if not rows:
            raise PermissionDenied
        known = {store.code for store in rows}
        asked |= {} if asked.get("store") in known else {"store": rows[0].code}
    return picking.pick(asked=asked, today=today, stores=rows, may_see_all=mine is None)
