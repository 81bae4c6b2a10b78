"""The web till: its page, and the shifts that it asks for. It sells by the public API alone."""

from typing import cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from loyalty.clients import shifting
from loyalty.core import digits
from loyalty.core.refusals import NotFound, Refusal
from loyalty.desk import till
from loyalty.desk.guarding import needs
from loyalty.identity.models import User
from loyalty.programmes.models import Programme

_SELLS = "clients.open_till"


@require_safe
@needs(_SELLS)
def show(request: HttpRequest) -> HttpResponse:
    """Show the till, closed. Its script opens it."""
    programme = Programme.objects.first()
    told = {
        "title": _("Till"),
        "stores": till.get_stores(request) if programme else [],
        "settings": till.get_settings(programme=programme) if programme else None,
    }
    return TemplateResponse(request, "desk/till.html", admin.site.each_context(request) | told)


@never_cache
@require_POST
@needs(_SELLS)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a shift at a store of the reader's; the answer holds its key, this once."""
    user, at = cast("User", request.user), timezone.now()
    code = request.POST.get("store", "")
    store = next((one for one in till.get_stores(request) if one.code == code), None)
    if store is None:
        return _refuse(NotFound())
    try:
        opened = shifting.start(user=user, store=store, at=at)
    except Refusal as refusal:
        return _refuse(refusal)
    return JsonResponse(
        {
            "key": opened.secret,
            "shift": opened.shift.pk,
            "client": opened.client.public_id,
            "till": f"web-{opened.shift.pk}",
            "store": {"code": store.code, "name": store.name, "isTraining": store.is_training},
        }
    )


@never_cache
@require_POST
@needs(_SELLS)
def renew(request: HttpRequest) -> HttpResponse:
    """Let a shift go on while somebody works at it."""
    user, shift = cast("User", request.user), request.POST.get("shift", "")
    number = digits.read(shift) or 0
    try:
        stores = {store.pk for store in till.get_stores(request)}
        until = shifting.renew(user=user, shift=number, stores=stores, at=timezone.now())
    except Refusal as refusal:
        return _refuse(refusal)
    return JsonResponse({"until": until.isoformat(timespec="seconds")})


@never_cache
@require_POST
@needs(_SELLS)
def close(request: HttpRequest) -> HttpResponse:
    """End the reader's shift; its key is refused from now on."""
    shifting.end(user=cast("User", request.user), at=timezone.now())
    return HttpResponse(status=204)


def _refuse(refusal: Refusal) -> HttpResponse:
    told = {"code": refusal.code, "title": str(refusal.title)}
    return JsonResponse(told, status=refusal.status)
