"""Lists of people that wait for another person, and what came of them, for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest

from loyalty.desk import people
from loyalty.desk.approvals import Verdict
from loyalty.desk.exporting import waiting
from loyalty.identity.models import Approval, ApprovalKind, ApprovalState, User
from loyalty.identity.models.approvals import ApprovalQuerySet

_MOST_WAITING = 100
_DECIDED = 20
_OWN = frozenset({"rows", "file_format", "has_codes"})


@dataclass(frozen=True)
class ExportRequest:
    """One list that waits, or waited: how many people, narrowed how, what came of it."""

    id: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    rows: int
    filters: str
    verdict: Verdict
    state: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Page:
    """What waits, the oldest first, and the last ones decided, the newest first."""

    waiting: Sequence[ExportRequest]
    decided: Sequence[ExportRequest]


def get_page(request: HttpRequest, *, at: datetime) -> Page:
    """Return what the reader may see of it. Three statements at most."""
    user = cast("User", request.user)
    rows = get_rows(user)
    waits = rows.waiting(at=at).order_by("pk")[:_MOST_WAITING]
    over = rows.exclude(pk__in=Approval.objects.waiting(at=at).values("pk")).order_by("-pk")
    return Page(
        waiting=[_one(row, user=user, at=at) for row in waits],
        decided=[_one(row, user=user, at=at) for row in over[:_DECIDED]],
    )


def get_one(
    request: HttpRequest, *, public_id: str, at: datetime
) -> tuple[Approval, ExportRequest] | None:
    """Return one that the reader may see, or None; absent and foreign are alike."""
    user = cast("User", request.user)
    row = get_rows(user).filter(public_id=public_id).first()
    return (row, _one(row, user=user, at=at)) if row else None


def get_rows(user: User) -> ApprovalQuerySet:
    """Return requests for lists: all for whoever decides on them, else own."""
    rows = Approval.objects.with_people().filter(kind=ApprovalKind.EXPORT)
    return rows if waiting.may_decide(user) else rows.filter(requested_by=user)


def _one(row: Approval, *, user: User, at: datetime) -> ExportRequest:
    has_lapsed = row.state == ApprovalState.WAITING and row.lapses_at <= at
    said = [f"{name}={value}" for name, value in row.payload.items() if name not in _OWN]
    return ExportRequest(
        id=row.public_id,
        asked_by=people.called(row.requested_by),
        asked_at=row.requested_at,
        lapses_at=row.lapses_at,
        rows=int(row.payload["rows"]),
        filters=", ".join(sorted(said)),
        verdict=_verdict(row, user),
        state=ApprovalState.LAPSED.value if has_lapsed else row.state,
        decided_by=people.called(row.decided_by),
        decided_at=row.decided_at or (row.lapses_at if has_lapsed else None),
    )


def _verdict(row: Approval, user: User) -> Verdict:
    if row.requested_by_id == user.pk:
        return Verdict.OWN_REQUEST
    return Verdict.DECIDE if waiting.may_decide(user) else Verdict.LOOK
