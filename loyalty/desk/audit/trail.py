"""Who did what, when, from where: all sources as one list in the order of time."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from loyalty.core import digits, zones
from loyalty.desk.audit import telling
from loyalty.desk.audit.sources import Sought, Source, by_whom, get_sources, moment_of
from loyalty.desk.audit.telling import Event
from loyalty.identity.models import User
from members import finding
from members.models import Member

PAGE = 50
_MOST = 50
_APART = "~"

Found = tuple[Source, Any]


@dataclass(frozen=True)
class Filters:
    """What the reader asked for, as they typed it."""

    who: str = ""
    kind: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Trail:
    """A page of events, newest first, and where the page before it begins."""

    events: Sequence[Event]
    older: str | None


@dataclass(frozen=True)
class _Place:
    """Where a page begins: after this moment, source and row, in the order of the list."""

    moment: datetime
    source: int
    key: int


def get_trail(*, filters: Filters, cursor: str | None, zone: ZoneInfo) -> Trail:
    """Return what happened, newest first. The statements do not grow with the rows.

    A cursor that cannot be read begins at the newest.
    """
    sources = list(get_sources().values())
    sought, place = _sought(filters), _read(cursor)
    parts = [
        _rows(source, order, filters=filters, sought=sought, place=place, zone=zone)
        for order, source in enumerate(sources)
        if filters.kind in ("", source.code)
    ]
    merged = heapq.merge(*parts, key=lambda row: row[0])
    page = list(islice(merged, PAGE + 1))
    found = [(source, row) for _order, source, row in page[:PAGE]]
    older = _write(sources, found[-1]) if len(page) > PAGE else None
    return Trail(telling.tell(found), older)


def _rows(
    source: Source,
    order: int,
    *,
    filters: Filters,
    sought: Sought,
    place: _Place | None,
    zone: ZoneInfo,
) -> Iterator[tuple[tuple[float, int, int], Source, Any]]:
    rows = source.rows().filter(_within(source, filters, zone))
    if sought.users is not None:
        rows = rows.filter(by_whom(source, sought.users))
    if filters.text:
        rows = rows.filter(source.about(sought))
    if place is not None:
        rows = rows.filter(_after(source, order, place))
    newest = rows.order_by(f"-{source.moment}", f"-{source.key}")
    for row in newest[: PAGE + 1]:
        yield (-moment_of(source, row).timestamp(), order, -row.pk), source, row


def _within(source: Source, filters: Filters, zone: ZoneInfo) -> Q:
    within = Q()
    if filters.first:
        within &= Q(**{f"{source.moment}__gte": zones.start_of_day(day=filters.first, zone=zone)})
    if filters.last:
        within &= Q(**{f"{source.moment}__lt": zones.end_of_day(day=filters.last, zone=zone)})
    return within


def _after(source: Source, order: int, place: _Place) -> Q:
    """Return what stands after a place: earlier, or at its moment in a later source or row."""
    earlier = Q(**{f"{source.moment}__lt": place.moment})
    if order < place.source:
        return earlier
    if order > place.source:
        return Q(**{f"{source.moment}__lte": place.moment})
    same = Q(**{source.moment: place.moment, f"{source.key}__lt": place.key})
    return earlier | same


def _sought(filters: Filters) -> Sought:
    """Resolve words to keys, by index: two statements at most."""
    users: tuple[int, ...] | None = None
    if filters.who:
        named = Q()
        for word in filters.who.split():
            named &= (
                Q(email__icontains=word)
                | Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
            )
        staff = User.objects.filter(named, is_staff=True).order_by("pk")
        users = tuple(staff.values_list("pk", flat=True)[:_MOST])
    members: list[tuple[int, str]] = []
    if filters.text:
        people = finding.search(text=filters.text, within=Member.objects.all())
        members = list(people.order_by("pk").values_list("pk", "public_id")[:_MOST])
    return Sought(
        users=users,
        members=tuple(pk for pk, _public in members),
        references=tuple(public for _pk, public in members),
        text=filters.text,
    )


def _write(sources: Sequence[Source], last: Found) -> str:
    source, row = last
    parts = (moment_of(source, row).isoformat(), source.code, str(row.pk))
    return _APART.join(parts)


def _read(cursor: str | None) -> _Place | None:
    moment, _first, rest = (cursor or "").partition(_APART)
    code, _second, key = rest.partition(_APART)
    codes: Iterable[str] = list(get_sources())
    try:
        at = datetime.fromisoformat(moment)
        source = list(codes).index(code)
    except ValueError:
        return None
    pk = digits.read(key)
    return _Place(at, source, pk) if at.tzinfo and pk is not None else None
