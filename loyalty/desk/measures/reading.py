"""What somebody reads on a page of measures: a period, a cut, and what they may see of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from analytics import scopes
from analytics.scopes import Scope
from analytics.slicing import CutUnknown
from loyalty.core import zones
from loyalty.desk import seeing
from loyalty.desk.measures import picking
from loyalty.desk.measures.cutting import Offer
from loyalty.desk.measures.picking import Picked
from loyalty.programmes.models import Programme, Store

# As much of a value that is not known as a line has room for.
_SAID = 40


@dataclass(frozen=True)
class Reading:
    """What the address asks for, seen from a moment. `scope` is what measures are asked about."""

    picked: Picked
    scope: Scope
    at: datetime
    programme: str


def read(*, request: HttpRequest, programme: Programme, at: datetime) -> Reading:
    """Return what the address of a page asks for.

    Raises reporting.PeriodImpossible, slicing.CutUnknown of what the reader may not cut by, and
    PermissionDenied for who is bound to no store.
    """
    asked = {str(name): str(value) for name, value in request.GET.dict().items()}
    offer = get_offer(request)
    picked = picking.pick(
        asked=asked, today=zones.business_day(moment=at, zone=programme.zone), offer=offer
    )
    if unknown := offer.unknown_of(asked):
        told = {"value": unknown[:_SAID]}
        raise CutUnknown(_("There is nothing called “%(value)s” to cut by.") % told)
    scope = scopes.get_scope(period=picked.period, at=at, cut=picked.cut, programme=programme)
    return Reading(picked, scope, at, programme.name)


def pick_anew(
    *, request: HttpRequest, programme: Programme, at: datetime, said: Mapping[str, str]
) -> Picked:
    """Return what a page offers where its address could not be read."""
    today = zones.business_day(moment=at, zone=programme.zone)
    return picking.pick(asked=said, today=today, offer=get_offer(request))


def get_offer(request: HttpRequest) -> Offer:
    """Return what the reader may cut by: a manager, their own stores. Asked for once."""
    kept = request.__dict__
    if "measures_offer" not in kept:
        mine = None if seeing.reads_all_figures(request) else seeing.get_stores(request)
        stores = Store.objects.filter(is_training=False) if mine is None else mine
        rows = list(stores.order_by("name"))
        if mine is not None and not rows:
            raise PermissionDenied
        kept["measures_offer"] = Offer(stores=rows, is_bound=mine is not None)
    offer: Offer = kept["measures_offer"]
    return offer
