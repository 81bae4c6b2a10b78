"""The staff's site: Django's admin in our order, under our name."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from loyalty.desk import demo

# A library's own table of keys, which stays empty: keys belong to clients.
_UNUSED = frozenset({"rest_framework_api_key"})
_APPS = ("members", "rewards", "programmes", "ledger", "analytics", "clients", "identity")

# Within an app, what is looked at most comes first; the rest follows by name.
_TABLES = (
    *("Member", "Purchase", "Card", "Voucher", "TierChange", "Consent", "ImportRun"),
    *("Reward", "Redemption"),
    *("Programme", "Rule", "RuleVersion", "TierLadder", "Tier", "Store", "Category"),
    *("Account", "Entry", "Lot", "Movement", "Hold", "Wallet", "Holder"),
    *("Client", "ClientKey"),
)


class Desk(AdminSite):
    site_title = _("Loyalty desk")
    site_header = _("Loyalty desk")
    index_title = _("Welcome to the desk")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what apps register, but for tables that the product does not use."""
        models = (
            model_or_iterable
            if isinstance(model_or_iterable, list | tuple)
            else [model_or_iterable]
        )
        used = [model for model in models if model._meta.app_label not in _UNUSED]
        super().register(used, admin_class, **options)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """List what the desk works with most first, and machinery last."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], _TABLES))
        return sorted(apps, key=lambda app: _place(app["app_label"], _APPS))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """In the demo, say on the page who can sign in."""
        return super().login(request, {**(extra_context or {}), "demo": demo.get_keys()})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Say on every page whether this is the demo."""
        return {**super().each_context(request), "is_demo": settings.DEMO}


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)
