"""What the staff's lists of every app share: rows that are only shown, and counts that end."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

_COUNTED = 10_000


class ShownOnly:
    """Put before ModelAdmin: rows are shown, and never added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class FirstPages(Paginator[Any]):
    """Pages of a table of any size: it counts no further than ten thousand rows.

    Counting millions would take longer than finding the row; whoever needs one further down
    searches for it.
    """

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows[:_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)
