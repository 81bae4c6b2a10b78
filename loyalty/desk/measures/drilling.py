"""Who or what was counted: the rows behind a numerator, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.text import capfirst

from analytics import keeping
from analytics.figures import Unit
from analytics.keeping import Asked
from analytics.measuring import Drill, Measure, Rows
from analytics.scopes import Scope
from loyalty.core.showing import KeyPages
from loyalty.desk import seeing
from loyalty.desk.measures import describing, saying
from loyalty.desk.measures.cells import Picked
from loyalty.desk.measures.describing import Line
from members import seeing as people
from members.models import Member

_PER_PAGE = 50
# What a measure counted that found nothing to count in.
_NOTHING = (Rows(Member.objects.none()),)


@dataclass(frozen=True)
class Sheet:
    """One table of what was counted, to choose from: its place, its name, is it this one."""

    place: int
    name: str
    is_current: bool


@dataclass(frozen=True)
class Counted:
    """A page of rows, and the sum of them all: exactly the numerator, unless it moved since.

    `is_narrowed` says that rows of other stores are left out of the page; `cell` which cell of a
    table they are of, if not of all of it.
    """

    sheets: Sequence[Sheet]
    lines: Sequence[tuple[Line, str]]
    has_weights: bool
    newer: str
    older: str
    total: str
    numerator: str
    is_exact: bool
    is_narrowed: bool
    cell: str = ""


def get_counted(
    *,
    request: HttpRequest,
    measure: Measure,
    scope: Scope,
    sheet: str,
    place: str,
    cell: Picked | None = None,
) -> Counted:
    """Return a page of what a measure counted, or a cell of its table.

    Of rows that others may see alone, nothing.

    Raises Http404 where there is no such sheet or page.
    """
    drill = cell.drill if cell else measure.drill(scope)
    part = _sheet(drill, sheet)
    rows = visible(request, part.queryset)
    mine = describing.with_told(rows, weight=part.weight).order_by("-pk")
    pages = KeyPages(mine, _PER_PAGE, place=place)
    try:
        page = pages.page(1)
    except InvalidPage:
        raise Http404 from None
    lines = describing.describe(request=request, model=mine.model, rows=list(page))
    unit = measure.numerator_unit
    total = drill.get_total()
    numerator = _number(cell, total) if cell else _numerator(measure, scope)
    return Counted(
        sheets=_sheets(drill, part),
        lines=[(one, _say(one.weight, unit, scope)) for one in lines],
        has_weights=part.weight is not None,
        newer=pages.newer,
        older=pages.older,
        total=_say(total, unit, scope),
        numerator=_say(numerator, unit, scope),
        is_exact=total == numerator,
        is_narrowed=rows is not part.queryset,
        cell=cell.words if cell else "",
    )


def visible(request: HttpRequest, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return those of the rows that the reader may see.

    Who sees no member and the figures of all, an analyst, sees every row under opaque ids.
    """
    is_pseudonymous = not request.user.has_perm("members.view_member")
    if is_pseudonymous and people.sees_all_figures(request.user):
        return rows
    if seeing.get_stores(request) is None:
        return rows
    return seeing.rows_for(request, rows)


def _sheet(drill: Drill, asked: str) -> Rows:
    place = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 1 else 0
    parts = drill.parts or _NOTHING
    if place >= len(parts):
        raise Http404
    return parts[place]


def _sheets(drill: Drill, current: Rows) -> list[Sheet]:
    return [
        Sheet(place, capfirst(str(part.queryset.model._meta.verbose_name_plural)), part is current)
        for place, part in enumerate(drill.parts)
    ]


def _number(cell: Picked, total: int) -> int:
    return total if cell.number is None else cell.number


def _numerator(measure: Measure, scope: Scope) -> int | None:
    asked = Asked(measure.code, scope.period, scope.cut)
    return keeping.get(asked=[asked], at=scope.at, seen=scope)[asked].figure.numerator


def _say(value: int | None, unit: Unit, scope: Scope) -> str:
    return saying.say(value, unit, scope.currency)
