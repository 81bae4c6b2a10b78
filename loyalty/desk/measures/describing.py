"""How rows of any table that was counted are told: whose they are, when, where, how much.

What a measure of tomorrow counts is told by what its table has; nobody need write it down here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, F, Model, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from members.models import Member

# The first that a table has is whose its rows are, and by which of a member's keys.
_WHOSE = (
    ("member", "pk"),
    ("purchase__member", "pk"),
    ("redemption__member", "pk"),
    ("account__holder", "holder"),
    ("entry__account__holder", "holder"),
)
_WHEN = (
    *("occurred_at", "business_on", "entry__occurred_at", "redeemed_at", "enrolled_at"),
    *("answered_at", "opened_at", "spent_on", "changed_at"),
)
_WHERE = ("store__name",)


@dataclass(frozen=True)
class Line:
    """One row that was counted. Without `whose_url` the reader may not know whose it is."""

    key: str
    url: str
    whose: str
    whose_url: str
    at: date | None
    where: str
    weight: int | None


def describe(
    *, request: HttpRequest, rows: Sequence[Any], queryset: QuerySet[Any, Any], weight: str | None
) -> list[Line]:
    """Return what these rows of a queryset say, in their order. Two statements at most.

    Members are called by their names where the reader may see members, else by their ids.
    """
    model: type[Model] = queryset.model
    whose, by = _whose(model)
    found = _read(queryset, rows, whose=whose, weight=weight)
    people = _people({one["whose"] for one in found.values() if one["whose"]}, by=by)
    may_see = request.user.has_perm("members.view_member")
    lines = []
    for row in rows:
        told = found[row.pk]
        person = people.get(told["whose"])
        lines.append(
            Line(
                key=str(getattr(row, "public_id", row.pk)),
                url="" if model is Member else _url(request, model, row.pk),
                whose=_called(person, may_see=may_see),
                whose_url=_url(request, Member, person.pk) if person and may_see else "",
                at=told["at"],
                where=told["where"] or "",
                weight=told["weight"],
            )
        )
    return lines


def _read(
    queryset: QuerySet[Any, Any], rows: Sequence[Any], *, whose: str | None, weight: str | None
) -> dict[Any, Mapping[str, Any]]:
    """Return of each row whose it is, when it was, where, and what it weighs."""
    model: type[Model] = queryset.model
    paths = {
        "whose": whose,
        "at": _first(model, _WHEN) or _first_day(model),
        "where": _first(model, _WHERE),
        "weight": weight,
    }
    told = {f"told_{name}": F(path) for name, path in paths.items() if path}
    mine = queryset.filter(pk__in=[row.pk for row in rows]).annotate(**told)
    found = mine.values("pk", *told)
    return {one["pk"]: {name: one.get(f"told_{name}") for name in paths} for one in found}


def _people(keys: Iterable[Any], *, by: str) -> dict[Any, Member]:
    found = Member.objects.filter(**{f"{by}__in": keys})
    field = "pk" if by == "pk" else f"{by}_id"
    return {getattr(member, field): member for member in found}


def _called(person: Member | None, *, may_see: bool) -> str:
    if person is None:
        return ""
    return str(person) if may_see else person.public_id


def _url(request: HttpRequest, model: type[Model], pk: object) -> str:
    """Return where a row is shown at the desk, or "" where the reader may not open it."""
    meta = model._meta
    if not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        return ""
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


def _whose(model: type[Model]) -> tuple[str | None, str]:
    if model is Member:
        return "pk", "pk"
    for path, by in _WHOSE:
        if _has(model, path):
            return path, by
    return None, "pk"


def _first(model: type[Model], paths: Iterable[str]) -> str | None:
    return next((path for path in paths if _has(model, path)), None)


def _first_day(model: type[Model]) -> str | None:
    days = (field.name for field in model._meta.fields if isinstance(field, DateField))
    return next(days, None)


def _has(model: type[Model], path: str) -> bool:
    """Say whether a table has a field at the end of a path."""
    here: Any = model
    for name in path.split("__"):
        fields = {} if here is None else {field.name: field for field in here._meta.fields}
        if name not in fields:
            return False
        here = fields[name].related_model
    return True
