"""Webhooks: whether they work, what they were sent, a test, sending again, a new secret."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from kombu.exceptions import OperationalError

from loyalty.desk import seeing
from loyalty.desk import webhooks as page
from loyalty.desk.guarding import asks_again, needs
from loyalty.programmes import books
from loyalty.webhooks import delivering, registering
from loyalty.webhooks.models import Delivery, Endpoint
from loyalty.webhooks.tasks import replay_webhook

_SEES, _CHANGES = "webhooks.view_endpoint", "webhooks.change_endpoint"


@require_safe
@needs(_SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show every webhook with its state."""
    told = {
        "title": _("Webhooks"),
        "webhooks": page.get_all(seeing.rows_for(request, Endpoint.objects.all())),
        "may_add": request.user.has_perm("webhooks.add_endpoint"),
    }
    return _answer(request, "desk/webhooks.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(_SEES)
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one with what it was sent; a POST sends a test, one delivery or some days again."""
    endpoint = _get(request, pk)
    form = page.ReplayForm()
    if request.method == "POST":
        if not request.user.has_perm(_CHANGES):
            raise PermissionDenied
        form = page.ReplayForm(request.POST)
        if _act(request, endpoint, form):
            return redirect("admin:webhook", endpoint.pk)
    told = {
        "title": endpoint.name,
        "page": page.get_page(endpoint),
        "form": form,
        "may_change": request.user.has_perm(_CHANGES),
    }
    return _answer(request, "desk/webhook.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(_CHANGES)
@asks_again
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then show a new secret, this once."""
    endpoint = _get(request, pk)
    if request.method == "POST":
        secret = registering.rotate(endpoint=endpoint, at=timezone.now())
        told = {"title": _("Secret of %s") % endpoint, "endpoint": endpoint, "secret": secret}
        return _answer(request, "admin/webhooks/secret.html", told)
    told = {"title": _("A new secret for %s?") % endpoint, "endpoint": endpoint}
    return _answer(request, "desk/webhook_rotate.html", told)


def _act(request: HttpRequest, endpoint: Endpoint, form: page.ReplayForm) -> bool:
    """Do what the button says; say whether it was done, or at least answered."""
    if not endpoint.is_active:
        messages.warning(request, _("It is switched off: nothing is sent to it."))
        return True
    if "ping" in request.POST:
        delivering.ping(endpoint=endpoint, at=timezone.now())
        messages.success(request, _("A test is on its way. This page will show how it ended."))
        return True
    if "again" in request.POST:
        return _again(request, endpoint)
    return form.is_valid() and _replay(request, endpoint, form)


def _again(request: HttpRequest, endpoint: Endpoint) -> bool:
    event = request.POST["again"]
    one = Delivery.objects.filter(endpoint=endpoint, event=event)
    if delivering.again(deliveries=one, at=timezone.now()):
        messages.success(request, _("It will be sent again."))
    else:
        messages.warning(request, _("There is nothing to send again here."))
    return True


def _replay(request: HttpRequest, endpoint: Endpoint, form: page.ReplayForm) -> bool:
    since, until = form.get_span(zone=books.get_zone())
    try:
        replay_webhook.delay(
            endpoint_id=endpoint.pk,
            since=since.isoformat(),
            until=until.isoformat(),
            is_all=form.cleaned_data["is_all"],
        )
    except OperationalError:
        messages.error(request, _("The queue does not answer. Nothing was started; try again."))
    else:
        messages.success(request, _("Started. This page will show how it ended."))
    return True


def _get(request: HttpRequest, pk: int) -> Endpoint:
    rows = seeing.rows_for(request, Endpoint.objects.select_related("store"))
    endpoint: Endpoint | None = rows.filter(pk=pk).first()
    if endpoint is None:
        raise Http404
    return endpoint


def _answer(request: HttpRequest, template: str, told: dict[str, object]) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | told)
