"""What goes along when a member is merged into another: rows that say whose they are.

A table says itself that its rows go along, by `moves_with_member`: tables of apps above follow
without this one knowing them. What happened to a membership stays with it: its answers about
consents, its moves on the ladder, its adjustments, its history.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from loyalty.events import changes
from members.models import Card, Member, Purchase, Return

Moved = dict[str, list[int]]
_CHUNK = 500


def tables() -> Iterator["ForeignKey[Any, Any]"]:
    """Yield the keys to a member of all tables whose rows go along."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if getattr(model, "moves_with_member", False):
            yield from (key for key in keys_of(model) if key.name == "member")


def keys_of(model: type[Model]) -> "list[ForeignKey[Any, Any]]":
    """Return the keys of a table that point to a member."""
    fields = model._meta.concrete_fields
    return [key for key in fields if isinstance(key, ForeignKey) and key.related_model is Member]


def move(*, source: Member, target: Member) -> Moved:
    """Give all that goes along to another member. Returns the keys of the rows by table.

    Call it under the locks of both. What they bought is counted again for both.
    """
    _note_days(Purchase.objects.filter(member=source), source, target)
    moved: Moved = {}
    for key in tables():
        rows = _rows(key.model).filter(member=source)
        if pks := list(rows.order_by("pk").values_list("pk", flat=True)):
            rows.update(member=target)
            moved[key.model._meta.label] = pks
    return moved


def give_back(*, moved: Mapping[str, Sequence[int]], source: Member, target: Member) -> None:
    """Give back what once came along, as far as the other still has it. Under both locks.

    A card that took the place of one that came goes back with it.
    """
    for key in tables():
        pks = list(moved.get(key.model._meta.label, ()))
        if key.model is Card:
            pks += _successors(pks)
        for start in range(0, len(pks), _CHUNK):
            rows = _rows(key.model).filter(pk__in=pks[start : start + _CHUNK], member=target)
            if key.model is Purchase:
                _note_days(rows, source, target)
            rows.update(member=source)


def count(*, member: Member) -> Mapping[str, int]:
    """Return how many rows of each table would go along: a statement for each."""
    return {key.model._meta.label: _rows(key.model).filter(member=member).count()
            for key in tables()}  # fmt: skip


def _rows(model: type[Model]) -> "QuerySet[Any]":
    return model._default_manager.all()


def _note_days(bought: "QuerySet[Any]", *whose: Member) -> None:
    days = set(bought.order_by().values_list("business_on", flat=True).distinct())
    returned = Return.objects.filter(purchase__in=bought.order_by().values("pk"))
    days |= set(returned.values_list("business_on", flat=True).distinct())
    changes.record("purchases", [(member.pk, day) for member in whose for day in days])


def _successors(cards: Sequence[int]) -> list[int]:
    found: list[int] = []
    last = list(cards)
    while last := list(Card.objects.filter(replaces__in=last).values_list("pk", flat=True)):
        found += last
    return found
