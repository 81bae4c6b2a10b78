"""Fills any table with rows that differ, so that a list with N+1 queries shows it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from tests.conftest import NOON

# What the constraints of a table ask for beyond its columns.
SPECIAL: dict[str, dict[str, Any]] = {
    "analytics.Action": {"state": "OPEN", "done_on": None},
    "analytics.Goal": {"code": "retention_rate", "by_on": date(2027, 3, 10)},
    "analytics.Benchmark": {"year": 2025},
    "analytics.Cost": {"last_on": date(2027, 3, 10)},
    "analytics.Loss": {"last_on": date(2026, 1, 1)},
    "analytics.Answer": {"score": 5},
    "analytics.Invitation": {"expires_at": NOON + timedelta(days=900)},
    "analytics.Outlook": {"alive": 0.5},
    "analytics.MemberScore": {"recency": 1, "frequency": 2, "monetary": 3},
    "analytics.SegmentDefinition": {
        "terms": {"match": "all", "conditions": [{"fact": "points", "from": 1}]}
    },
    "clients.ClientKey": {"name": "till"},
    "ledger.Hold": {"closing": None},
    "ledger.Lot": {"expires_at": NOON + timedelta(days=900)},
    "members.Case": {"due_at": NOON + timedelta(days=900)},
    "members.HouseholdInvitation": {"answered_at": None},
    "members.HouseholdStay": {"taken": None},
    "members.Merge": {"undone_by": None},
    "ledger.Movement": {"destination": "available"},
    "members.Member": {"given_tier": None, "earned_tier": None},
    "programmes.BudgetUse": {"campaign": None},
    "programmes.Campaign": {"ends_at": NOON + timedelta(days=900), "budget_points": 10},
    "programmes.Simulation": {"terms": {"then": {"give": "fixed", "points": 5}}},
    "programmes.RuleVersion": {"terms": {"then": {"give": "fixed", "points": 5}}},
}
ONE_ROW = {
    "analytics.MeasureSettings",
    "analytics.MoneySettings",
    "analytics.Refresh",
    "identity.Limit",
    "members.CaseSettings",
    "programmes.Programme",
    "programmes.TierLadder",
}


def fill(model: type[models.Model], count: int) -> list[models.Model]:
    """Bring a table to so many rows, and those it points to as well; return them in order."""
    count = 1 if model._meta.label in ONE_ROW else count
    rows = model._default_manager.order_by("pk")
    there = rows.count()
    if there < count:
        related = {field.name: _related(field, count) for field in _foreign_keys(model)}
        model._default_manager.bulk_create(
            model(**_values(model, place, related)) for place in range(there, count)
        )
    return list(rows[:count])


def _foreign_keys(model: type[models.Model]) -> list[models.ForeignKey]:
    """Keys of one row to one come first: no two rows may lead to the same."""
    fields = model._meta.concrete_fields
    return [field for field in fields if field.one_to_one] + [
        field for field in fields if field.many_to_one
    ]


def _related(field: models.ForeignKey, count: int) -> list[models.Model]:
    return [] if field.related_model is field.model else fill(field.related_model, count)


def _values(
    model: type[models.Model], place: int, related: dict[str, list[models.Model]]
) -> dict[str, Any]:
    values = {
        field.name: _value(field, place)
        for field in model._meta.concrete_fields
        if _is_asked_for(field)
    }
    seen: Counter[type[models.Model]] = Counter()
    for name, rows in related.items():
        # Two keys to one table lead to two rows of it.
        step = seen[type(rows[0])] if rows else 0
        values[name] = rows[(place + step) % len(rows)] if rows else None
        seen.update({type(row) for row in rows})
    if model._meta.label in ONE_ROW:
        values["pk"] = 1
    return values | SPECIAL.get(model._meta.label, {})


def _is_asked_for(field: models.Field) -> bool:
    return not (
        (field.primary_key and isinstance(field, models.AutoField))
        or field.is_relation
        or field.null
        or field.blank
        or field.has_default()
        or getattr(field, "generated", False)
    )


def _value(field: models.Field, place: int) -> Any:
    if isinstance(field, models.CharField | models.TextField) and field.choices:
        return field.choices[0][0]
    makers = (make for kind, make in _MAKERS if isinstance(field, kind))
    return next(makers)(field, place)


# The first that fits, so kinds of a kind come first.
_MAKERS: list[tuple[type[models.Field], Callable[[models.Field, int], Any]]] = [
    (models.DateTimeField, lambda _, place: NOON + timedelta(minutes=place)),
    (models.DateField, lambda _, place: date(2026, 3, 10) + timedelta(days=place)),
    (models.DecimalField, lambda _, place: Decimal(1)),
    (models.BooleanField, lambda _, place: False),
    (models.JSONField, lambda _, place: {}),
    (models.BinaryField, lambda _, place: b""),
    (models.EmailField, lambda _, place: f"somebody{place}@example.test"),
    (models.CharField, lambda field, place: f"{place:04}-{field.name}"[: field.max_length]),
    (models.TextField, lambda field, place: f"{place:04}-{field.name}"),
    (models.Field, lambda _, place: place + 1),
]
