"""Files of purchases that wait for another person, and what came of them, for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest

from loyalty.desk import imports, people, seeing
from loyalty.desk.approvals import Verdict
from loyalty.filing import asking
from loyalty.identity import approving
from loyalty.identity.limiting import Allowance
from loyalty.identity.models import Approval, ApprovalState, User
from members import allowing
from members.models import ImportFile

BRINGS = "members.import_files"
_MOST_WAITING = 100
_DECIDED = 20


@dataclass(frozen=True)
class FileRequest:
    """One file that waits, or waited: whose, what it gives at most, what came of it."""

    id: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    title: str
    file: str
    points: int
    lines: int
    refused: int
    allowance: Allowance | None
    verdict: Verdict
    state: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Page:
    """What waits, the oldest first, and the last ones decided, the newest first."""

    waiting: Sequence[FileRequest]
    decided: Sequence[FileRequest]


def get_page(request: HttpRequest, *, at: datetime) -> Page:
    """Return what the reader may see of it. As many statements for two as for a hundred."""
    rows, waits = get_rows(request), Approval.objects.waiting(at=at).values("pk")
    waiting = rows.filter(approval__in=waits)
    decided = rows.exclude(approval__in=waits).order_by("-approval")
    return Page(
        waiting=_read(request, list(waiting.order_by("approval")[:_MOST_WAITING]), at=at),
        decided=_read(request, list(decided[:_DECIDED]), at=at, is_over=True),
    )


def get_one(
    request: HttpRequest, *, public_id: str, at: datetime
) -> tuple[Approval, FileRequest] | None:
    """Return one that the reader may see, or None; absent and foreign are alike."""
    row = get_rows(request).filter(approval__public_id=public_id).first()
    if row is None or row.approval is None:
        return None
    is_over = row.approval.state != ApprovalState.WAITING or row.approval.lapses_at <= at
    return row.approval, _read(request, [row], at=at, is_over=is_over)[0]


def get_rows(request: HttpRequest) -> QuerySet[ImportFile]:
    """Return files with a request: all for whoever may bring files in or sees all, else own."""
    asked = ImportFile.objects.filter(approval__isnull=False).select_related(
        "started_by", "approval__requested_by", "approval__decided_by"
    )
    user = cast("User", request.user)
    may_see = user.has_perm(BRINGS) or user.has_perm(imports.SEES_ALL)
    if may_see and seeing.get_stores(request) is None:
        return asked
    return asked.filter(started_by=user)


def _read(
    request: HttpRequest, rows: Sequence[ImportFile], *, at: datetime, is_over: bool = False
) -> list[FileRequest]:
    if not rows:
        return []
    user = cast("User", request.user)
    asking_users = {row.started_by_id: row.started_by for row in rows if row.started_by}
    allowances = {} if is_over else allowing.get_allowances(users=asking_users.values(), at=at)
    is_limited = not is_over and not asking.is_unlimited(user)
    own = allowing.get_approver_allowance(user=user, at=at) if is_limited else None
    return [
        _one(row, user=user, own=own, allowance=allowances.get(row.started_by_id or 0), at=at)
        for row in rows
    ]


def _one(
    row: ImportFile,
    *,
    user: User,
    own: Allowance | None,
    allowance: Allowance | None,
    at: datetime,
) -> FileRequest:
    approval = cast("Approval", row.approval)
    has_lapsed = approval.state == ApprovalState.WAITING and approval.lapses_at <= at
    return FileRequest(
        id=approval.public_id,
        asked_by=people.called(approval.requested_by),
        asked_at=approval.requested_at,
        lapses_at=approval.lapses_at,
        title=row.title,
        file=row.public_id,
        points=row.points,
        lines=row.report.get("added", 0),
        refused=row.report.get("refused", 0),
        allowance=allowance,
        verdict=_verdict(row, approval, user=user, own=own),
        state=ApprovalState.LAPSED.value if has_lapsed else approval.state,
        decided_by=people.called(approval.decided_by),
        decided_at=approval.decided_at or (approval.lapses_at if has_lapsed else None),
    )


def _verdict(row: ImportFile, approval: Approval, *, user: User, own: Allowance | None) -> Verdict:
    if approval.requested_by_id == user.pk:
        return Verdict.OWN_REQUEST
    may_decide = user.has_perm(approving.DECIDES) and user.has_perm(BRINGS)
    if not may_decide or row.uploaded_by_id == user.pk:
        return Verdict.LOOK
    is_above = own is not None and not own.covers(row.points)
    return Verdict.ABOVE_LIMIT if is_above else Verdict.DECIDE
