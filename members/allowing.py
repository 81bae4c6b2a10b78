"""What somebody of the staff has given and approved lately, against what they may alone.

Points of adjustments and of purchases brought in from files are counted as one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum, prefetch_related_objects
from django.db.models.functions import Abs

from loyalty.identity import limiting, roles
from loyalty.identity.limiting import Allowance
from loyalty.identity.models import ApprovalState, User
from members.models import Adjustment, ImportFile

# Rows with points, and their columns that say who answers for them since when.
Part = tuple[QuerySet[Any], str, str]


def get_allowance(*, user: User, at: datetime) -> Allowance:
    """Return how far somebody is with what they asked for: done, or waiting.

    Ask under `permitting.lock`, so that whoever asks ten times at once is counted ten times.
    """
    return get_allowances(users=[user], at=at)[user.pk]


def get_allowances(*, users: Iterable[User], at: datetime) -> Mapping[int, Allowance]:
    """Return `get_allowance` of several users by their key, in four statements."""
    files = ImportFile.objects.giving(at=at).filter(points__gt=0)
    parts = (
        (Adjustment.objects.counting(at=at), "requested_by", "requested_at"),
        (files, "started_by", "started_at"),
    )
    return _allowances(parts, users, at=at)


def get_approver_allowance(*, user: User, at: datetime) -> Allowance:
    """Return how far somebody is with what they let others do. It is counted apart."""
    is_approved = Q(approval__state=ApprovalState.APPROVED)
    who, moment = "approval__decided_by", "approval__decided_at"
    parts = (
        # What is being decided at this moment has no entry yet.
        (Adjustment.objects.filter(is_approved, entry__isnull=False), who, moment),
        (ImportFile.objects.filter(is_approved, points__gt=0), who, moment),
    )
    return _allowances(parts, [user], at=at)[user.pk]


def _allowances(
    parts: Iterable[Part], users: Iterable[User], *, at: datetime
) -> dict[int, Allowance]:
    people = list(users)
    prefetch_related_objects(people, "groups")
    decided = limiting.get_decided()
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for part in parts:
        for person, of_day, of_month in _sums(part, people, at=at):
            day, month = sums[person]
            sums[person] = (day + (of_day or 0), month + (of_month or 0))
    return {
        user.pk: Allowance(
            limiting.best_of(roles.get_roles(user), decided=decided), *sums[user.pk]
        )
        for user in people
    }


def _sums(part: Part, people: Iterable[User], *, at: datetime) -> Iterable[tuple[int, Any, Any]]:
    rows, who, moment = part
    recent = rows.filter(**{f"{who}__in": people, f"{moment}__gt": at - limiting.MONTH})
    today = Q(**{f"{moment}__gt": at - limiting.DAY})
    day, month = Sum(Abs("points"), filter=today), Sum(Abs("points"))
    sums: Iterable[tuple[int, Any, Any]] = recent.values_list(who).annotate(day=day, month=month)
    return sums
