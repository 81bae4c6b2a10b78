"""How the tables of the desk are paged: by key, so that any page of any table costs the same."""

from functools import cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from loyalty.core.showing import FirstPages, KeyPages


class Paged:
    """Put before every admin: a large table in the order of its key has no numbered pages."""

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Any], per_page: int, *args: Any, **more: Any
    ) -> Paginator[Any]:
        kind: type[Paginator[Any]] = self.paginator  # type: ignore[attr-defined]
        if kind is FirstPages and KeyPages.can_page(queryset):
            return KeyPages(queryset, per_page, place=request.GET.get(PAGE_VAR, ""))
        pages: Paginator[Any] = super().get_paginator(  # type: ignore[misc]
            request, queryset, per_page, *args, **more
        )
        return pages


@cache
def paged(kind: type[admin.ModelAdmin[Any]]) -> type[admin.ModelAdmin[Any]]:
    """Return a kind of admin whose large tables are paged by key."""
    return type(kind.__name__, (Paged, kind), {"__module__": kind.__module__})
