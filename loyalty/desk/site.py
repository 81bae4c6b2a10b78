"""The staff's site: Django's admin in our order, under our name."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyalty.clients import shifting
from loyalty.desk import guarding, navigation, paging, seeing, urls
from loyalty.desk.entrance import doorkeeper
from loyalty.desk.views import home, signing_in
from loyalty.identity.models import User

# Libraries' own tables: keys belong to clients, and second factors to whoever set them up.
_UNUSED = frozenset({"rest_framework_api_key", "account", "mfa", "axes"})
_APPS = (
    "members",
    "rewards",
    "programmes",
    "ledger",
    "analytics",
    "clients",
    "webhooks",
    "identity",
)

# Within an app, what is looked at most comes first; the rest follows by name.
_TABLES = (
    *("Member", "Purchase", "Card", "Voucher", "TierChange", "Consent", "ImportRun"),
    *("Reward", "Redemption"),
    *("Programme", "Rule", "RuleVersion", "TierLadder", "Tier", "Store", "Category"),
    *("Account", "Entry", "Lot", "Movement", "Hold", "Wallet", "Holder"),
    *("Client", "ClientKey", "Endpoint"),
)


class Desk(AdminSite):
    site_title = _("Loyalty desk")
    site_header = _("Loyalty desk")
    index_title = _("Welcome to the desk")
    enable_nav_sidebar = True
    empty_value_display = "–"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what apps register, but for tables that the product does not use.

        Whatever its admin shows, it shows the reader's own rows (`loyalty.desk.seeing`), and its
        last page costs what its first does (`loyalty.desk.paging`).
        """
        models = (
            model_or_iterable
            if isinstance(model_or_iterable, list | tuple)
            else [model_or_iterable]
        )
        used = [model for model in models if model._meta.app_label not in _UNUSED]
        kind = guarding.asking(admin_class) if User in used else admin_class or ModelAdmin
        kind = paging.paged(seeing.bounded(kind))
        super().register(used, kind, **options)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """List what the desk works with most first, and machinery last."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], _TABLES))
        return sorted(apps, key=lambda app: _place(app["app_label"], _APPS))

    def get_urls(self) -> list[Any]:
        """Put the desk's own pages before those of the tables, for staff alone."""
        own = [
            path(str(page.pattern), self.admin_view(page.callback), name=page.name)
            for page in urls.PAGES
        ]
        return [*urls.ENTRANCE, *own, *super().get_urls()]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for a password, then for a second factor."""
        return signing_in.login(request, {**self.each_context(request), **(extra_context or {})})

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Close the till of whoever leaves; the till's key ends with their sign-in."""
        if request.method == "POST" and isinstance(request.user, User):
            shifting.end(user=request.user, at=timezone.now())
        return super().logout(request, extra_context)

    def has_permission(self, request: HttpRequest) -> bool:
        """Open the desk to staff who entered by all that it takes; a code by e-mail never does."""
        return doorkeeper.may_enter(request)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Open on what happened today and what needs a person."""
        return home.show(request, {**self.each_context(request), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Say on every page whether this is the demo, and what the reader may open."""
        context = super().each_context(request)
        needed = {str(page.name): guarding.needed_by(page.callback) for page in urls.PAGES}
        menu = navigation.get_menu(request, apps=context["available_apps"], needed=needed)
        return {**context, "is_demo": settings.DEMO, "menu": menu}


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)
