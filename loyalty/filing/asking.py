"""Bringing a looked-at file in: at once, or when another agrees to the points that it gives.

Purchases earn points, so a file of them is points by hand: within the limits for adjustments of
who starts it, counted with their adjustments, or after somebody else's approval.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, keys
from loyalty.core.refusals import Refusal
from loyalty.filing import keeping, kinds, working
from loyalty.identity import approving, permitting, roles
from loyalty.identity.models import Approval, ApprovalKind, User
from loyalty.identity.roles import Role
from members import allowing
from members.adjusting import AboveLimit
from members.models import FileState, ImportFile

# What a file waits for another person; then it is removed like any other.
PATIENCE = timedelta(days=3)
REASON = "purchases"


class ImportRefused(Refusal):
    code = "import-refused"
    title = _("Somebody else refused to have this file brought in. Nothing was written.")


@transaction.atomic
def start(*, file: ImportFile, by: User, at: datetime) -> bool:
    """Let a looked-at file be brought in, or go on; say whether it may be worked on now.

    False where it waits for another person first: it gives more points than `by` may alone.
    Raises permitting.NotPermitted or working.NotReady.
    """
    user = permitting.lock(user=by)
    _check_may_bring(file, user)
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.kind == kinds.PURCHASES and "points" not in file.report:
        raise working.NotReady
    if file.state != FileState.LOOKED or not file.points:
        working.start(file=file, at=at)
        return True
    allowance = allowing.get_allowance(user=user, at=at)
    if allowance.covers(file.points):
        _answer_for(file, user, at=at)
        working.start(file=file, at=at)
        return True
    _answer_for(file, user, at=at, approval=_ask(file, user, at=at))
    return False


@transaction.atomic
def approve(*, approval: Approval, decided_by: User, at: datetime) -> ImportFile:
    """Let a file be brought in that somebody else asked for; the caller has it worked on.

    Raises NotPermitted, approving.OwnRequest (also of who uploaded it), DecidedAlready,
    ApprovalLapsed, AboveLimit, or working.FileGone; then it waits on.
    """
    user = permitting.lock(user=decided_by)
    file = _get(approval)
    _check_may_bring(file, user)
    # Before the decision, which would be counted already.
    allowance = allowing.get_approver_allowance(user=user, at=at)
    approving.approve(approval=approval, decided_by=user, at=at)
    if file.uploaded_by_id == user.pk:
        raise approving.OwnRequest
    # An approver answers for what they let pass, as for an adjustment.
    if not (is_unlimited(user) or allowance.covers(file.points)):
        raise AboveLimit(left=allowance.left)
    if not keeping.path_of(file).exists():
        raise working.FileGone
    _turn(file, FileState.WAITING, heard_at=at, done=0)
    return file


@transaction.atomic
def refuse(*, approval: Approval, decided_by: User, at: datetime) -> ImportFile:
    """Say no to a file, which is thrown away. Raises as `approve`."""
    user = permitting.lock(user=decided_by)
    file = _get(approval)
    _check_may_bring(file, user)
    approving.refuse(approval=approval, decided_by=user, at=at)
    _turn(file, FileState.REFUSED, refusal=ImportRefused.code, ended_at=at)
    transaction.on_commit(lambda: keeping.remove(file=file))
    return file


@transaction.atomic
def withdraw(*, approval: Approval, by: User, at: datetime) -> ImportFile:
    """Take one's own request back: the file can be asked for again. Raises as approving."""
    file = _get(approval)
    approving.withdraw(approval=approval, by=by, at=at)
    _turn(file, FileState.LOOKED, approval=None, started_by=None, started_at=None)
    return file


def give_back(*, file: ImportFile) -> None:
    """Undo `start` or `approve` where nobody could be told to work on it."""
    if file.approval_id is None:
        working.give_back(file=file)
        return
    # It was approved: whoever goes on with it asks nobody again.
    waiting = ImportFile.objects.filter(pk=file.pk, state=FileState.WAITING)
    waiting.update(state=FileState.STOPPED)


def is_unlimited(user: User) -> bool:
    """Say whether somebody may approve whatever others ask for."""
    return Role.ADMINISTRATOR in roles.get_roles(user)


def _check_may_bring(file: ImportFile, user: User) -> None:
    for permission in kinds.get_kind(file).permissions:
        permitting.check(user=user, permission=permission)


def _ask(file: ImportFile, user: User, *, at: datetime) -> Approval:
    return approving.request(
        kind=ApprovalKind.IMPORT,
        subject=file.public_id,
        payload={"file": file.public_id, "points": file.points, "lines": file.report["added"]},
        requested_by=user,
        reason=REASON,
        # Whether it was asked already, the file's state says.
        key=keys.digest(scope=file.public_id, key=ids.new("req")),
        at=at,
        life=PATIENCE,
    )


def _answer_for(
    file: ImportFile, user: User, *, at: datetime, approval: Approval | None = None
) -> None:
    state = {"state": FileState.ASKED} if approval else {}
    ImportFile.objects.filter(pk=file.pk).update(
        started_by=user, started_at=at, approval=approval, **state
    )


def _get(approval: Approval) -> ImportFile:
    """Return the file of a request as it is now, locked until the commit."""
    rows = ImportFile.objects.select_for_update(of=("self",))
    return rows.get(approval=approval)


def _turn(file: ImportFile, state: FileState, **said: object) -> None:
    """Move a file that waits for an answer on. Whoever decided a moment ago has done so."""
    waiting = ImportFile.objects.filter(pk=file.pk, state=FileState.ASKED)
    if not waiting.update(state=state, **said):
        raise working.NotReady
