"""Webhooks and what was sent to them, at the desk.

A secret is on the page that made it and nowhere else: not in a message, a session or a log.
"""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.admin import SimpleHistoryAdmin

from loyalty.core.showing import FirstPages, Refusing, ShownOnly
from loyalty.webhooks import delivering, registering
from loyalty.webhooks.forms import EndpointForm
from loyalty.webhooks.models import Delivery, DeliveryQuerySet, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(Refusing, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Registered, changed and switched off; never deleted: what was sent names it."""

    form = EndpointForm
    list_display = ("name", "url", "store", "is_active", "failing_since", "off_reason")
    list_filter = ("is_active",)
    list_select_related = ("store",)
    show_full_result_count = False
    search_fields = ("=public_id", "name__istartswith")
    ordering = ("name", "id")
    readonly_fields = ("public_id", "created_at", "failing_since", "off_reason")
    fields = (
        *("name", "url", "store", "events", "is_active"),
        *(("failing_since", "off_reason"), ("public_id", "created_at")),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Endpoint, form: forms.ModelForm[Endpoint], change: bool
    ) -> None:
        if change:
            registering.change(endpoint=obj)
            return
        made, secret = registering.register(
            name=obj.name, url=obj.url, events=obj.events, store=obj.store, at=timezone.now()
        )
        obj.pk, obj.public_id = made.pk, made.public_id
        obj.shown_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Endpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        told = {
            "title": _("Secret of %s") % obj,
            "endpoint": obj,
            "secret": obj.shown_secret,  # type: ignore[attr-defined]
        }
        context = {**self.admin_site.each_context(request), **told}
        return TemplateResponse(request, "admin/webhooks/secret.html", context)


@admin.register(Delivery)
class DeliveryAdmin(ShownOnly, admin.ModelAdmin[Delivery]):
    """What was sent to whom, and how each ended. It holds ids and figures."""

    paginator = FirstPages
    list_display = (
        *("event", "name", "endpoint", "occurred_at", "state", "attempts"),
        *("status", "trouble", "took_ms", "due"),
    )
    list_filter = ("state", "endpoint", "name", "trouble")
    list_select_related = ("endpoint",)
    search_fields = ("=event",)
    search_help_text = _("An event’s identifier.")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("send_again",)

    @admin.display(description=_("next try"))
    def due(self, delivery: Delivery) -> Any:
        return delivery.next_try_at

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_delivery")

    @admin.action(description=_("Send again, under the same identifier"), permissions=["send"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        rows = cast("DeliveryQuerySet", chosen)
        count = delivering.again(deliveries=rows, at=timezone.now())
        said = ngettext(
            "%(count)s delivery will be sent again.",
            "%(count)s deliveries will be sent again.",
            count,
        )
        messages.success(request, said % {"count": count})
