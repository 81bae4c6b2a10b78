"""Every route of the site, as the resolver knows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

_ADDED_BY_THE_ADMIN = ("changelist", "add", "change", "delete", "history", "simple_history")


@dataclass(frozen=True)
class Route:
    """One address: its name with its namespace, or its pattern where it has no name."""

    name: str
    pattern: str


def walk() -> list[Route]:
    """Return every route, those of one name once."""
    return list(dict.fromkeys(_walk(get_resolver().url_patterns)))


def _walk(patterns: Any, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = (*spaces, one.namespace) if one.namespace else spaces
            yield from _walk(one.url_patterns, here, inner)
        elif isinstance(one, URLPattern):
            yield Route(":".join((*spaces, one.name)) if one.name else here, here)


def names_of_tables() -> set[str]:
    """Return the routes that the admin makes for each table."""
    return {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in admin.site._registry
        for page in _ADDED_BY_THE_ADMIN
    } | {
        f"desk/{model._meta.app_label}/{model._meta.model_name}/<path:object_id>/"
        for model in admin.site._registry
    }
