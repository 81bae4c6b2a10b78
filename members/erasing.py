"""Being forgotten: asked for, undone for three days, and then done for good."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import faults, keys
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.ledger import posting
from members import blocking, closing, forgetting
from members.models import ErasureRequest, ErasureState, Member, MemberState

WAIT = timedelta(hours=72)
JOB = "job:erasure"

_log = logging.getLogger(__name__)


class NotAllErased(Exception):
    """So many could not be erased, though so many others were; the log says why."""


class AlreadyErased(Refusal):
    code = "already-erased"
    title = _("Nothing is known of this member any more.")


class ErasureNotOpen(Refusal):
    code = "erasure-not-open"
    title = _("There is no erasure to undo.")


class ErasureTooLate(Refusal):
    code = "erasure-too-late"
    title = _("The three days are over: the erasure can no longer be undone.")


@transaction.atomic
def ask(*, member: Member, at: datetime, actor: str) -> ErasureRequest:
    """Have everything that says who a member is destroyed in 72 hours, unless it is undone.

    Until then their membership goes on as it was. Asked again it is the same request, due
    when the first one said. Whoever left may ask too. Memberships that were merged into theirs
    are forgotten with it. Raises AlreadyErased, or blocking.MemberMerged.
    """
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.state == MemberState.MERGED:
        raise blocking.MemberMerged
    requests = ErasureRequest.objects.filter(member=member)
    if open_one := requests.filter(state=ErasureState.ASKED).first():
        return open_one
    if requests.filter(state=ErasureState.DONE).exists():
        raise AlreadyErased
    asked = ErasureRequest.objects.create(
        member=member, requested_at=at, requested_by=actor, due_at=at + WAIT
    )
    member.erasure_due_at = asked.due_at
    member.save(update_fields=["erasure_due_at"])
    payload = {"member": member.public_id, "due_at": asked.due_at.isoformat(), "actor": actor}
    outbox.record("member.erasure-asked", payload, at=at)
    return asked


@transaction.atomic
def undo(*, member: Member, at: datetime, actor: str) -> ErasureRequest:
    """Take a request back before it is due. Raises ErasureNotOpen, or ErasureTooLate."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    # After the lock: whoever erased or undid it a moment ago has committed by now.
    asked = ErasureRequest.objects.filter(member=member, state=ErasureState.ASKED).first()
    if asked is None:
        raise ErasureNotOpen
    if at >= asked.due_at:
        raise ErasureTooLate
    _end(asked, ErasureState.UNDONE, at=at, actor=actor)
    member.erasure_due_at = None
    member.save(update_fields=["erasure_due_at"])
    payload = {"member": member.public_id, "actor": actor}
    outbox.record("member.erasure-undone", payload, at=at)
    return asked


def erase_due(*, at: datetime, limit: int = 100) -> int:
    """Erase every member whose three days are over and return how many they were.

    They are looked up `limit` at a time; each is a transaction of its own. One that fails stops
    no other: NotAllErased is raised after the last, and the next run tries it again. May be
    repeated, interrupted, and run by two at once.
    """
    erased, failed = 0, dict[int, str]()
    due = ErasureRequest.objects.due(at=at).order_by("due_at", "pk")
    while chunk := list(due.exclude(pk__in=failed).values_list("pk", flat=True)[:limit]):
        for pk in chunk:
            try:
                erased += _erase(pk, at=at)
            except Exception as error:  # noqa: BLE001  Everybody's right, whatever ails another.
                failed[pk] = faults.describe(error)
                _log.error("Erasure %s failed: %s", pk, failed[pk])
    if failed:
        raise NotAllErased(len(failed), erased)
    return erased


@posting.retried
@transaction.atomic
def _erase(pk: int, *, at: datetime) -> bool:
    asked = ErasureRequest.objects.select_related("member").get(pk=pk)
    posting.lock(asked.member.holder_id)
    member = Member.objects.select_for_update(of=("self",)).get(pk=asked.member_id)
    # Under the locks: it may have been undone, or done, since it was found due.
    asked = ErasureRequest.objects.get(pk=pk)
    if asked.state != ErasureState.ASKED:
        return False
    key = keys.digest(scope="erasure", key=member.public_id)
    member = closing.close(member=member, key=key, at=at, actor=JOB)
    for one in (member, *Member.objects.filter(merged_into=member).order_by("pk")):
        forgetting.forget(member=one)
    _end(asked, ErasureState.DONE, at=at, actor=JOB)
    outbox.record("member.erased", {"member": member.public_id}, at=at)
    return True


def _end(asked: ErasureRequest, state: ErasureState, *, at: datetime, actor: str) -> None:
    asked.state, asked.ended_at, asked.ended_by = state, at, actor
    asked.save(update_fields=["state", "ended_at", "ended_by"])
