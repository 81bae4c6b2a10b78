"""The desk's first page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.desk import seeing
from loyalty.desk.home import attention, beginning, figures, measures, plan
from loyalty.desk.home.attention import Item
from loyalty.programmes import books
from loyalty.programmes.models import Store


def show(request: HttpRequest, context: dict[str, Any]) -> TemplateResponse:
    """Show today, what needs a person and a few measures, each to who may see it."""
    at = timezone.now()
    late: list[Item] = []
    stores = _stores_of(request)
    told: dict[str, Any] = {"title": _("Today"), "at": at, "may_find": _may_find(request)}
    try:
        told |= {
            "figures": figures.get_figures(reader=request.user, at=at, stores=stores),
            "board": measures.get_board(reader=request.user, at=at, stores=stores),
            "goals": plan.get_goals(request=request, at=at),
        }
        late = plan.get_items(request=request, goals=told["goals"], at=at)
    except books.ProgrammeMissing:
        told["is_new"] = True
    if _is_quiet(told):
        told["steps"] = beginning.get_steps(reader=request.user)
    items = late + attention.get_items(reader=request.user, at=at)
    told["items"] = sorted(items, key=lambda item: item.grade != "bad")
    return TemplateResponse(request, "desk/home.html", context | told)


def _is_quiet(told: dict[str, Any]) -> bool:
    """Nothing happened lately, nor in the last months: perhaps nothing ever did."""
    board, shown = told.get("board"), told.get("figures", [])
    return (board is None or board.is_empty) and all(one.is_flat for one in shown)


def _may_find(request: HttpRequest) -> bool:
    return request.user.has_perm("members.view_member")


def _stores_of(request: HttpRequest) -> QuerySet[Store] | None:
    """Return the stores that bound the reader. Who sees no member sees sums of them all."""
    return seeing.get_stores(request) if _may_find(request) else None
