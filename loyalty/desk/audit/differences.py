"""What two versions of a row differ in, in words: fields, choices, and what keys point to."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.contrib.admin.models import LogEntry
from django.db.models import Field, ForeignKey, Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from loyalty.desk import people
from loyalty.identity.models import User
from loyalty.identity.models.tracing import BEFORE_AFTER
from loyalty.identity.roles import Role

Names = Mapping[tuple[type[Model], Any], str]
# Fields that say how a row is kept, not what it says; of a stock, what staff did to it is a deed.
_MACHINERY = frozenset({"history_id", "history_date", "history_change_reason", "history_type",
                        "history_user", "history_relation", "address", "id", "key",
                        "enrolment_key", "holder", "user", "public_id", "stock"})  # fmt: skip

# Rows that are nothing but keys are called what these point to.
_CALLED_BY = {"programmes.StoreAssignment": ("user", "store"), "rewards.RewardPrice": ("reward",)}

KINDS: Mapping[str, Promise] = {
    "+": gettext_lazy("created"),
    "~": gettext_lazy("changed"),
    "-": gettext_lazy("deleted"),
}
DEEDS: Mapping[str, Promise] = {
    "blocked": gettext_lazy("blocked"),
    "unblocked": gettext_lazy("unblocked"),
    "card-blocked": gettext_lazy("loyalty card blocked"),
    "card-replaced": gettext_lazy("loyalty card replaced"),
    "exported": gettext_lazy("data exported"),
    "restocked": gettext_lazy("stock changed"),
    "pending-activated": gettext_lazy("pending points made available"),
    "pending-cancelled": gettext_lazy("pending points cancelled"),
    "merged": gettext_lazy("merged into another membership"),
    "merged-here": gettext_lazy("another membership merged into this one"),
    "unmerged": gettext_lazy("merge into another membership undone"),
    "unmerged-here": gettext_lazy("merge of another membership undone"),
    "household-founded": gettext_lazy("household founded"),
    "household-joined": gettext_lazy("joined a household"),
    "household-left": gettext_lazy("left a household"),
    "referral-cancelled": gettext_lazy("referral cancelled"),
    "membership-paid": gettext_lazy("fee of a membership recorded"),
    "membership-cancelled": gettext_lazy("membership cancelled at the end of its term"),
    "membership-ended": gettext_lazy("membership ended, its fee given back"),
}
REASONS: Mapping[str, Promise] = {
    "lost": gettext_lazy("lost"),
    "stolen": gettext_lazy("stolen"),
    "damaged": gettext_lazy("damaged"),
    "misuse": gettext_lazy("misuse"),
    "member-asked": gettext_lazy("at the member's request"),
    "checking": gettext_lazy("while something is checked"),
    "duplicate": gettext_lazy("two memberships of the same person"),
    "proven": gettext_lazy("the event was proven"),
    "not-coming": gettext_lazy("the event will not come"),
    "settled": gettext_lazy("the matter is settled"),
    "mistake": gettext_lazy("it was a mistake"),
    "other": gettext_lazy("other"),
    "no-limit": gettext_lazy("no limit"),
}


@dataclass(frozen=True)
class Difference:
    """One field, before and after, in words."""

    field: str
    before: str
    after: str


def what_of(row: Any) -> str:
    """Return what was done to a row, and why if that was said."""
    deed, _colon, reason = (row.history_change_reason or "").partition(":")
    if deed not in DEEDS:
        return str(KINDS.get(row.history_type, row.history_type))
    said = " → ".join(str(REASONS.get(part, part)) for part in reason.split(">"))
    return f"{DEEDS[deed]} ({said})" if said else str(DEEDS[deed])


def get_names(*, rows: Sequence[Any]) -> Names:
    """Return what the keys in these rows point to, by table: one statement for each table."""
    wanted: dict[type[Model], set[Any]] = defaultdict(set)
    for row in rows:
        for field in (*_fields_of(row), *_called_by(row)):
            if isinstance(field, ForeignKey) and (value := getattr(row, field.attname)):
                wanted[_target(field)].add(value)
    return {
        (model, found.pk): people.called(found) if isinstance(found, User) else str(found)
        for model, keys in sorted(wanted.items(), key=lambda pair: pair[0]._meta.label)
        for found in model._default_manager.filter(pk__in=keys)
    }


def called(row: Any, *, names: Names) -> str:
    """Return what a row was called in a version: of that version alone, or what its keys name."""
    if keys := _called_by(row):
        pointed = (_in_words(field, getattr(row, field.attname), names) for field in keys)
        return " · ".join(pointed)
    model: Any = row.instance_type
    columns = {field.attname for field in model._meta.concrete_fields}
    said = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname in columns
    }
    return str(model(**said))


def between(before: Any | None, after: Any, *, names: Names) -> tuple[Difference, ...]:
    """Return what a version changed; of the first there was, nothing: it was created."""
    if before is None:
        return ()
    return tuple(
        Difference(
            capfirst(str(field.verbose_name)),
            _in_words(field, getattr(before, field.attname), names),
            _in_words(field, getattr(after, field.attname), names),
        )
        for field in _fields_of(after)
        if getattr(before, field.attname) != getattr(after, field.attname)
    )


def of_log(row: LogEntry) -> tuple[Difference, ...]:
    """Return what a user's roles, rights and addresses were before a change, and are since."""
    try:
        said = json.loads(row.change_message or "[]")
    except ValueError:
        return ()
    kept = [part for part in said if isinstance(part, dict)] if isinstance(said, list) else []
    fields: Any = User._meta
    return tuple(
        Difference(
            capfirst(str(fields.get_field(name).verbose_name)), _of_user(old), _of_user(new)
        )
        for part in kept
        for name, old, new in part.get(BEFORE_AFTER, ())
    )


def _of_user(value: Any) -> str:
    if isinstance(value, list):
        labels = [str(Role(name).label) if name in Role.values else name for name in value]
        return ", ".join(labels) or "–"
    return _plain(value) if value != "" else "–"


def _fields_of(row: Any) -> Iterable["Field[Any, Any]"]:
    return (field for field in row._meta.concrete_fields if field.name not in _MACHINERY)


def _called_by(row: Any) -> Sequence["Field[Any, Any]"]:
    names = _CALLED_BY.get(row.instance_type._meta.label, ())
    return [row._meta.get_field(name) for name in names]


def _target(field: "Field[Any, Any]") -> type[Model]:
    return field.related_model  # type: ignore[return-value]  # of a key it is a class


def _in_words(field: "Field[Any, Any]", value: Any, names: Names) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(field, ForeignKey):
        return names.get((_target(field), value), str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, int | Decimal):
        return format_decimal(value, locale=(get_language() or "fr").replace("-", "_"))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)
