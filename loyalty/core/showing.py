"""What the staff's lists of every app share: rows that are only shown, and counts that end."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from loyalty.core.refusals import Refusal

_COUNTED = 10_000
_COUNTED_BY_KEY = 1_000
_LONGEST_KEY = 18


class ShownOnly:
    """Put before ModelAdmin: rows are shown, and never added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class OnlyOne:
    """Put before ModelAdmin: there is one row at most.

    The menu, which asks on every page what may be opened, does not look whether there is.
    """

    model: Any

    def has_add_permission(self, request: HttpRequest) -> bool:
        may = super().has_add_permission(request)  # type: ignore[misc]
        return bool(may) and not self.model._default_manager.exists()

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        asked = {
            "change": self.has_change_permission,  # type: ignore[attr-defined]
            "delete": self.has_delete_permission,  # type: ignore[attr-defined]
            "view": self.has_view_permission,  # type: ignore[attr-defined]
        }
        return {"add": False} | {name: bool(may(request)) for name, may in asked.items()}


class Refusing:
    """Put before ModelAdmin: what a capability refuses while a form is saved is said on its page.

    The form found nothing wrong; somebody was quicker. Nothing was written.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().changeform_view(  # type: ignore[misc]
                request, *args, **kwargs
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.detail))
            return redirect(request.get_full_path())
        return answer


class FirstPages(Paginator[Any]):
    """Pages of a table of any size: it counts no further than ten thousand rows.

    Counting millions would take longer than finding the row; whoever needs one further down
    searches for it.
    """

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows[:_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


class KeyPages(FirstPages):
    """Pages of rows in descending order of their key: the last costs what the first costs.

    A page is not the n-th but whatever follows a key: `after-41` holds what is older than row
    41, `before-41` what is newer, `last` the oldest rows; anything else is the newest. Its count
    ends at a thousand: `is_cut` says that there are more.
    """

    is_by_key = True

    object_list: QuerySet[Any]

    def __init__(self, rows: QuerySet[Any], per_page: int, *, place: str = "") -> None:
        super().__init__(rows, per_page)
        self.way, _dash, self.key = place.partition("-")
        self.newer = self.older = ""

    @staticmethod
    def can_page(rows: QuerySet[Any]) -> bool:
        """Say whether rows are in descending order of their key, and of nothing else."""
        return set(rows.query.order_by) in ({"-pk"}, {"-id"})

    @cached_property
    def _counted(self) -> int:
        return self.object_list[: _COUNTED_BY_KEY + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, _COUNTED_BY_KEY)

    @property
    def is_cut(self) -> bool:
        return self._counted > _COUNTED_BY_KEY

    def page(self, number: int | str) -> Page[Any]:
        """Return the page at this place, and say where the newer and the older rows begin.

        Raises InvalidPage for a key that is no number, or for a page by its number.
        """
        if number != 1:
            raise InvalidPage
        rows, size = self.object_list, self.per_page
        if self.way == "last":
            shown = list(rows.reverse()[: size + 1])
            return self._shown(shown[:size][::-1], has_newer=len(shown) > size, has_older=False)
        if self.way == "before":
            shown = list(rows.filter(pk__gt=self._key()).reverse()[: size + 1])
            if len(shown) >= size:
                has_newer = len(shown) > size
                return self._shown(shown[:size][::-1], has_newer=has_newer, has_older=True)
        is_first = self.way != "after"
        if not is_first:
            rows = rows.filter(pk__lt=self._key())
        shown = list(rows[: size + 1])
        return self._shown(shown[:size], has_newer=not is_first, has_older=len(shown) > size)

    def _key(self) -> int:
        if not (self.key.isascii() and self.key.isdigit() and len(self.key) <= _LONGEST_KEY):
            raise InvalidPage
        return int(self.key)

    def _shown(self, rows: list[Any], *, has_newer: bool, has_older: bool) -> Page[Any]:
        if rows:
            self.newer = f"before-{rows[0].pk}" if has_newer else ""
            self.older = f"after-{rows[-1].pk}" if has_older else ""
        return Page(rows, 1, self)
