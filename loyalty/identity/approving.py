"""One asks, another decides. What is approved is carried out by the app that asked.

Each verb runs in the transaction of what it is about, so that a decision and its effect are
one: an adjustment that cannot be posted was not approved either.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.identity import permitting
from loyalty.identity.models import Approval, ApprovalKind, ApprovalState, User

DECIDES = "identity.decide_approval"
_LIFE = timedelta(days=14)
_BATCH = 500


class OwnRequest(Refusal):
    code = "own-request"
    status = 403
    title = _("Another person must decide: you asked for it yourself.")


class NotOwnRequest(Refusal):
    code = "not-own-request"
    status = 403
    title = _("Only the person who asked can withdraw it.")


class DecidedAlready(Refusal):
    code = "decided-already"
    status = 409
    title = _("This has been decided already.")


class ApprovalLapsed(Refusal):
    code = "approval-lapsed"
    title = _("This was asked too long ago. It has to be asked again.")


@transaction.atomic
def request(
    *,
    kind: ApprovalKind,
    subject: str,
    payload: Mapping[str, str | int],
    requested_by: User,
    reason: str,
    key: str,
    at: datetime,
    life: timedelta = _LIFE,
) -> Approval:
    """Let something wait for somebody else. `payload` is ids and figures.

    The caller has looked the key up under its lock: the same key twice is an error here.
    """
    approval = Approval.objects.create(
        public_id=ids.new("apv"),
        kind=kind,
        subject=subject,
        payload=dict(payload),
        reason=reason,
        key=key,
        requested_by=requested_by,
        requested_at=at,
        lapses_at=at + life,
    )
    _tell("approval.requested", approval, by=requested_by, at=at)
    return approval


@transaction.atomic
def approve(*, approval: Approval, decided_by: User, at: datetime) -> Approval:
    """Say yes to what somebody else asked for. `decided_by` was locked by `permitting.lock`.

    Raises NotPermitted, OwnRequest, DecidedAlready, ApprovalLapsed.
    """
    waiting = _lock_for(approval, decided_by=decided_by, at=at)
    return _close(waiting, ApprovalState.APPROVED, by=decided_by, at=at)


@transaction.atomic
def refuse(*, approval: Approval, decided_by: User, at: datetime) -> Approval:
    """Say no to what somebody else asked for. Raises as `approve`."""
    waiting = _lock_for(approval, decided_by=decided_by, at=at)
    return _close(waiting, ApprovalState.REFUSED, by=decided_by, at=at)


@transaction.atomic
def withdraw(*, approval: Approval, by: User, at: datetime) -> Approval:
    """Take one's own request back. Raises NotOwnRequest, DecidedAlready, ApprovalLapsed."""
    waiting = _lock(approval, at=at)
    if waiting.requested_by_id != by.pk:
        raise NotOwnRequest
    return _close(waiting, ApprovalState.WITHDRAWN, by=by, at=at)


@transaction.atomic
def lapse_due(*, at: datetime) -> int:
    """Close up to 500 requests that nobody decided in time; return how many. Repeatable."""
    overdue = Approval.objects.overdue(at=at).select_for_update(skip_locked=True)
    lapsed = list(overdue.order_by("lapses_at", "pk")[:_BATCH])
    for approval in lapsed:
        _close(approval, ApprovalState.LAPSED, by=None, at=at)
    return len(lapsed)


def _lock_for(approval: Approval, *, decided_by: User, at: datetime) -> Approval:
    permitting.check(user=decided_by, permission=DECIDES)
    waiting = _lock(approval, at=at)
    if waiting.requested_by_id == decided_by.pk:
        raise OwnRequest
    return waiting


def _lock(approval: Approval, *, at: datetime) -> Approval:
    """Return the row as it is now: whoever decided a moment ago has committed by then."""
    waiting = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if waiting.state == ApprovalState.LAPSED:
        raise ApprovalLapsed
    if waiting.state != ApprovalState.WAITING:
        raise DecidedAlready
    if waiting.lapses_at <= at:
        raise ApprovalLapsed
    return waiting


def _close(approval: Approval, state: ApprovalState, *, by: User | None, at: datetime) -> Approval:
    approval.state, approval.decided_by, approval.decided_at = state, by, at
    approval.save(update_fields=["state", "decided_by", "decided_at"])
    _tell(f"approval.{state.lower()}", approval, by=by, at=at)
    return approval


def _tell(name: str, approval: Approval, *, by: User | None, at: datetime) -> None:
    payload = {
        "approval": approval.public_id,
        "kind": approval.kind,
        "subject": approval.subject,
        "reason": approval.reason,
        "actor": f"user:{by.pk}" if by else "",
        **approval.payload,
    }
    outbox.record(name, payload, at=at)
