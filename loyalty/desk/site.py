"""The staff's site: Django's admin in our order, under our name."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# A library's own table of keys, which stays empty: keys belong to clients.
_UNUSED = frozenset({"rest_framework_api_key"})
_ORDER = ("members", "rewards", "programmes", "ledger", "analytics", "clients", "identity")


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
        return sorted(apps, key=lambda app: _place(str(app["app_label"])))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Say on every page whether this is the demo."""
        return {**super().each_context(request), "is_demo": settings.DEMO}


def _place(app_label: str) -> int:
    return _ORDER.index(app_label) if app_label in _ORDER else len(_ORDER)
