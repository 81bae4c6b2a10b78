"""Where the product keeps who did what: one source for each kind of thing that happened.

Each knows how its rows are narrowed and told. They are read in the order of time, newest
first, by an index where the table can grow; nothing here writes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalChanges

from loyalty.identity.models import Approval, ApprovalState, SignIn
from members.models import Adjustment, Export, ImportFile
from rewards.models import Redemption

# Columns that name a row of a table that staff keep, for who searches.
_NAMES = ("name", "name_fr", "name_en", "code", "role")


@dataclass(frozen=True)
class Sought:
    """Whom and what somebody looks for, resolved: keys, never words to search big tables by."""

    users: tuple[int, ...] | None = None
    members: tuple[int, ...] = ()
    references: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Source:
    """One kind of thing that happened: its rows, the column of their moment, whose they are."""

    code: str
    title: str | Promise
    rows: Callable[[], QuerySet[Any]]
    moment: str
    who: str
    about: Callable[[Sought], Q]
    key: str = "pk"
    history_of: type[Model] | None = None


def get_sources() -> Mapping[str, Source]:
    """Return every source by its code: what people did, then every table with a history."""
    return {source.code: source for source in (*_DEEDS, *_histories())}


@cache
def _histories() -> tuple[Source, ...]:
    kept = [model for model in apps.get_models() if issubclass(model, HistoricalChanges)]
    return tuple(_history(model) for model in kept)


def _history(model: Any) -> Source:
    kept: type[Model] = model.instance_type

    def rows() -> QuerySet[Any]:
        before = model.objects.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        last = before.order_by("-history_id").values("history_id")[:1]
        return model.objects.annotate(before_id=Subquery(last)).select_related("history_user")  # type: ignore[no-any-return]

    return Source(
        code=kept._meta.label_lower,
        # Not yet in words: sources are kept, and readers differ in language.
        title=capfirst(kept._meta.verbose_name or ""),
        rows=rows,
        moment="history_date",
        who="history_user",
        about=_about_people if kept._meta.label == "members.Member" else _named(model),
        key="history_id",
        history_of=kept,
    )


def _about_people(sought: Sought) -> Q:
    return Q(id__in=sought.members)


def _named(model: Any) -> Callable[[Sought], Q]:
    columns = {field.name for field in model._meta.concrete_fields}

    def about(sought: Sought) -> Q:
        found = Q(pk__in=())
        for name in _NAMES:
            if name in columns:
                found |= Q(**{f"{name}__icontains": sought.text})
        return found

    return about


def _logged() -> QuerySet[LogEntry]:
    """Return what was done in tables that keep no history of their own."""
    kept = [source.history_of for source in _histories() if source.history_of]
    theirs = Q()
    for model in kept:
        theirs |= Q(
            content_type__app_label=model._meta.app_label,
            content_type__model=model._meta.model_name,
        )
    return LogEntry.objects.exclude(theirs).select_related("user", "content_type")


_DEEDS: Sequence[Source] = (
    Source(
        "sign-in", _("Sign-in"), lambda: SignIn.objects.select_related("user"), "came_at", "user",
        lambda sought: Q(user__email__icontains=sought.text),
    ),
    Source(
        "desk", _("Users, roles, keys and other tables"), _logged, "action_time", "user",
        lambda sought: Q(object_repr__icontains=sought.text),
    ),
    Source(
        "adjustment", _("Adjustment"),
        lambda: Adjustment.objects.select_related(
            "member", "requested_by", "approval__decided_by"
        ),
        "requested_at", "requested_by", lambda sought: Q(member__in=sought.members),
    ),
    Source(
        "approval-asked", _("Approval asked"),
        Approval.objects.with_people, "requested_at", "requested_by",
        lambda sought: Q(subject__in=sought.references),
    ),
    Source(
        "approval-decided", _("Approval decided"),
        lambda: Approval.objects.with_people().exclude(state=ApprovalState.WAITING),
        "decided_at", "decided_by", lambda sought: Q(subject__in=sought.references),
    ),
    Source(
        "cancellation", _("Cancelled redemption"),
        lambda: Redemption.objects.filter(cancelled_at__isnull=False).select_related(
            "member", "reward"
        ),
        "cancelled_at", "cancelled_by", lambda sought: Q(member__in=sought.members),
    ),
    Source(
        "export", _("List exported"), lambda: Export.objects.select_related("taken_by"),
        "taken_at", "taken_by", lambda sought: Q(kind__icontains=sought.text),
    ),
    Source(
        "import", _("File uploaded"), lambda: ImportFile.objects.select_related("uploaded_by"),
        "uploaded_at", "uploaded_by", lambda sought: Q(title__icontains=sought.text),
    ),
)  # fmt: skip


def by_whom(source: Source, users: Iterable[int]) -> Q:
    """Return which rows of a source are of these users."""
    if source.code == "cancellation":
        return Q(cancelled_by__in=[f"user:{pk}" for pk in users])
    return Q(**{f"{source.who}__in": list(users)})


def moment_of(source: Source, row: Any) -> datetime:
    moment: datetime = getattr(row, source.moment)
    return moment
