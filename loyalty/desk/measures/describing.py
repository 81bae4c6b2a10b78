"""How rows of any table that was counted are told: whose they are, when, where, how much.

What a measure of tomorrow counts is told by what its table has; nobody need write it down here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, F, IntegerField, Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from members.models import Member

# The first that a table has is whose its rows are, and by which of a member's keys.
_WHOSE = (
    ("member", "pk"),
    ("purchase__member", "pk"),
    ("invitation__member", "pk"),
    ("redemption__member", "pk"),
    ("account__holder", "holder"),
    ("entry__account__holder", "holder"),
)
_WHEN = (
    *("occurred_at", "business_on", "entry__occurred_at", "redeemed_at", "enrolled_at"),
    *("answered_at", "opened_at", "spent_on", "changed_at"),
)
_WHERE = ("store__name", "invitation__store__name")


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


def with_told(queryset: QuerySet[Any, Any], *, weight: str | None) -> QuerySet[Any, Any]:
    """Add to each row whose it is, when it was, where, and what it weighs, as far as it says."""
    model: type[Model] = queryset.model
    paths = {
        "told_whose": _whose(model)[0],
        "told_at": _first(model, _WHEN) or _first_day(model),
        "told_where": _first(model, _WHERE),
        "told_weight": weight,
    }
    nothing = Value(None, output_field=IntegerField())
    told: QuerySet[Any, Any] = queryset.annotate(
        **{name: F(path) if path else nothing for name, path in paths.items()}
    )
    return told


def describe(*, request: HttpRequest, model: type[Model], rows: Sequence[Any]) -> list[Line]:
    """Return what these rows of `with_told` say, in their order. One statement at most.

    Members are called by their names where the reader may see members, else by their ids.
    """
    _path, by = _whose(model)
    people = (
        {row.pk: row for row in rows}
        if model is Member
        else _people({row.told_whose for row in rows if row.told_whose}, by=by)
    )
    may_see = request.user.has_perm("members.view_member")
    return [
        _line(request, model, row, people.get(row.told_whose), may_see=may_see) for row in rows
    ]


def _line(
    request: HttpRequest, model: type[Model], row: Any, person: Member | None, *, may_see: bool
) -> Line:
    return Line(
        key=str(getattr(row, "public_id", row.pk)),
        url="" if model is Member else _url(request, model, row.pk),
        whose=_called(person, may_see=may_see),
        whose_url=_url(request, Member, person.pk) if person and may_see else "",
        at=row.told_at,
        where=row.told_where or "",
        weight=row.told_weight,
    )


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
