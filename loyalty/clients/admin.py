"""Clients and their keys at the desk, and what clients were answered.

A secret is on the page that made it and nowhere else: not in a message, a session or a log.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from loyalty.clients import issuing
from loyalty.clients.forms import LIMITS, ClientForm
from loyalty.clients.models import Answer, Client, ClientKey, Count, Shift
from loyalty.core.showing import FirstPages, ShownOnly


def _show(
    request: HttpRequest, site: admin.AdminSite, keys: list[tuple[ClientKey, str]]
) -> HttpResponse:
    context = {**site.each_context(request), "title": _("New keys"), "keys": keys}
    return TemplateResponse(request, "admin/clients/keys.html", context)


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin[Client]):
    """Registered, changed and switched off; never deleted: what it recorded names it."""

    form = ClientForm
    list_display = ("name", "store", "is_active", "created_at")
    list_filter = ("is_active", "store")
    list_select_related = ("store",)
    show_full_result_count = False
    search_fields = ("=public_id", "name__istartswith")
    ordering = ("name", "id")
    readonly_fields = ("public_id", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "store", "scopes", "is_active", ("public_id", "created_at"))}),
        (_("What a stolen key could do at most"), {"fields": ("addresses", *LIMITS)}),
    )
    actions = ("rotate_keys",)

    def has_delete_permission(self, request: HttpRequest, obj: Client | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Client, form: forms.ModelForm[Client], change: bool
    ) -> None:
        if change:
            obj.save(update_fields=ClientForm.Meta.fields)
            return
        made = issuing.create_client(
            name=obj.name, scopes=obj.scopes, store=obj.store, at=timezone.now()
        )
        obj.pk, obj._state.adding = made.pk, False
        obj.save(update_fields=["addresses", *LIMITS])
        obj.refresh_from_db()

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clients.add_clientkey")

    @admin.action(
        description=_("Give a new key, and end the others in 24 hours"), permissions=["rotate"]
    )
    def rotate_keys(self, request: HttpRequest, chosen: QuerySet[Client]) -> HttpResponse:
        at = timezone.now()
        keys = [issuing.rotate(client=client, at=at) for client in chosen.order_by("name")]
        return _show(request, self.admin_site, keys)


@admin.register(ClientKey)
class ClientKeyAdmin(admin.ModelAdmin[ClientKey]):
    """Made, shown once, and revoked. A key is never changed, and kept when it has ended."""

    list_display = ("begins_with", "client", "made_at", "ends_at", "is_good")
    list_select_related = ("client",)
    show_full_result_count = False
    search_fields = ("=prefix",)
    search_help_text = _("What a key begins with, up to the full stop.")
    ordering = ("-created", "id")
    actions = ("revoke_keys",)

    def get_fields(self, request: HttpRequest, obj: ClientKey | None = None) -> Any:
        if obj is None:
            return ("client", "expiry_date")
        return ("begins_with", "client", "made_at", "ends_at", "is_good")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Say in our words what the library says in its own."""
        if db_field.name == "expiry_date":
            said = {"label": capfirst(_("expires")), "help_text": _("Empty: until it is revoked.")}
            return super().formfield_for_dbfield(db_field, request, **options, **said)
        return super().formfield_for_dbfield(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: ClientKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ClientKey | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clients.change_clientkey")

    @admin.display(description=_("begins with"), ordering="prefix")
    def begins_with(self, key: ClientKey) -> str:
        return key.prefix

    @admin.display(description=_("created"), ordering="created")
    def made_at(self, key: ClientKey) -> Any:
        return key.created

    @admin.display(description=_("expires"), ordering="expiry_date")
    def ends_at(self, key: ClientKey) -> Any:
        return key.expiry_date

    @admin.display(description=_("in use"), boolean=True)
    def is_good(self, key: ClientKey) -> bool:
        return not (key.revoked or key.has_expired)

    def save_model(
        self, request: HttpRequest, obj: ClientKey, form: forms.ModelForm[ClientKey], change: bool
    ) -> None:
        made, secret = issuing.issue_key(
            client=obj.client, at=timezone.now(), expires_at=obj.expiry_date
        )
        obj.pk, obj.prefix, obj.name = made.pk, made.prefix, made.name
        obj.secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ClientKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        return _show(request, self.admin_site, [(obj, obj.secret)])  # type: ignore[attr-defined]

    @admin.action(description=_("Revoke at once, for ever"), permissions=["revoke"])
    def revoke_keys(self, request: HttpRequest, chosen: QuerySet[ClientKey]) -> None:
        for key in chosen:
            issuing.revoke(key=key)
        said = ngettext("%d key revoked.", "%d keys revoked.", len(chosen))
        messages.success(request, said % len(chosen))


@admin.register(Shift)
class ShiftAdmin(ShownOnly, admin.ModelAdmin[Shift]):
    """Who stood at which web till, from when to when."""

    list_display = ("opened_at", "user", "till", "closed_at")
    list_select_related = ("user", "key__client")
    paginator = FirstPages
    show_full_result_count = False
    search_fields = ("=user__email",)
    ordering = ("-opened_at", "-id")
    fields = ("opened_at", "user", "till", "closed_at")

    @admin.display(description=_("till"))
    def till(self, shift: Shift) -> str:
        return shift.key.client.name


@admin.register(Answer)
class AnswerAdmin(ShownOnly, admin.ModelAdmin[Answer]):
    """What was answered under which key, without the body: it may say who somebody is."""

    list_display = ("key", "client", "operation", "status", "subject", "answered_at")
    list_filter = ("operation", "status")
    list_select_related = ("client",)
    paginator = FirstPages
    show_full_result_count = False
    search_fields = ("=key",)
    ordering = ("-id",)
    fields = ("client", "key", "operation", "status", "subject", "answered_at")


@admin.register(Count)
class CountAdmin(ShownOnly, admin.ModelAdmin[Count]):
    """How often clients called, where Redis does not count it, and what they moved today."""

    list_display = ("name", "number", "ends_at")
    paginator = FirstPages
    show_full_result_count = False
    search_fields = ("name__startswith",)
    ordering = ("-id",)
    fields = ("name", "number", "ends_at")
