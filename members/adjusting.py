"""Points by hand, with a reason: at once within somebody's limits, else when another agrees.

There is no way round: page, script and shell all come through here with the user who asks,
and an administrator meets the same walls with higher numbers on them.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, keys
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.identity import approving, permitting, roles
from loyalty.identity.models import Approval, ApprovalKind, User
from loyalty.identity.roles import Role
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account, Entry, Wallet
from loyalty.programmes import books, expiring
from members import allowing, blocking, owning, seeing, sharing, standing
from members.finding import MemberNotFound
from members.models import Adjustment, AdjustmentNote, AdjustmentReason, Member

PERMISSION = "members.adjust_points"
MOST = 1_000_000_000
LONGEST_NOTE = 500


class AboveLimit(Refusal):
    """Approving counts like adjusting. `left` says how many points they may still let pass."""

    code = "above-limit"
    status = 403
    title = _("This is above what you may approve. Somebody with higher limits must decide.")


@posting.retried
@transaction.atomic
def adjust(
    *,
    member: Member,
    wallet: str,
    points: int,
    reason: str,
    note: str = "",
    requested_by: User,
    key: str,
    at: datetime,
) -> Adjustment:
    """Add points, or take some away: posted now, or waiting for another person's approval.

    It waits, and nothing moves, when it is more than `requested_by` may do alone at once, in
    24 hours or in 30 days, both signs and what waits counted. The note is kept beside the
    ledger and erased with the member. The same key of the same person does it once.

    Raises NotPermitted, OwnCard, MemberNotFound (also of one they may not see), MemberClosed,
    posting.InsufficientPoints, posting.KeyReused, or ValidationFailed.
    """
    user = permitting.lock(user=requested_by)
    permitting.check(user=user, permission=PERMISSION)
    _check_asked(wallet=wallet, points=points, reason=reason, note=note)
    scoped = keys.digest(scope=f"adjustment:{user.pk}", key=key)
    # After the lock: a repeat that raced us has committed by now.
    if done := Adjustment.objects.with_details().filter(key=scoped).first():
        return _repeated(done, member=member, wallet=wallet, points=points, reason=reason)

    member, account = _open(member, wallet=wallet, user=user)
    asked = Adjustment(
        public_id=ids.new("adj"), member=member, wallet=account.wallet, points=points,
        reason=reason, key=scoped, requested_by=user, requested_at=at,
    )  # fmt: skip
    _post_or_ask(asked, account=account, at=at)
    _write_note(asked, text=note, by=user, at=at)
    return asked


@posting.retried
@transaction.atomic
def approve(*, approval: Approval, decided_by: User, at: datetime, word: str = "") -> Adjustment:
    """Post what somebody else asked for, if the world still allows it. Once, whoever is quicker.

    Raises NotPermitted, approving.OwnRequest, approving.DecidedAlready,
    approving.ApprovalLapsed, OwnCard, AboveLimit, MemberNotFound, MemberClosed, or
    posting.InsufficientPoints; then it waits on.
    """
    user = permitting.lock(user=decided_by)
    approving.approve(approval=approval, decided_by=user, at=at)
    asked = Adjustment.objects.with_details().get(approval=approval)
    asked.member, account = _open(asked.member, wallet=asked.wallet.code, user=user)
    owning.check_not_own(member=asked.member, user=asked.requested_by)
    _check_may_approve(asked, user=user, at=at)
    asked.entry = _post(asked, account=account, at=at)
    asked.save(update_fields=["entry"])
    _write_note(asked, text=word, by=user, at=at)
    return asked


@transaction.atomic
def refuse(*, approval: Approval, decided_by: User, at: datetime, word: str = "") -> Adjustment:
    """Say no to what somebody else asked for. Nothing moves. Raises as `approve`."""
    user = permitting.lock(user=decided_by)
    approving.refuse(approval=approval, decided_by=user, at=at)
    asked = Adjustment.objects.with_details().get(approval=approval)
    _check_visible(asked.member, user=user)
    owning.check_not_own(member=asked.member, user=user)
    _write_note(asked, text=word, by=user, at=at)
    return asked


@transaction.atomic
def withdraw(*, approval: Approval, by: User, at: datetime, word: str = "") -> Adjustment:
    """Take one's own request back. Nothing moves.

    Raises approving.NotOwnRequest, approving.DecidedAlready, or approving.ApprovalLapsed.
    """
    approving.withdraw(approval=approval, by=by, at=at)
    asked = Adjustment.objects.with_details().get(approval=approval)
    _write_note(asked, text=word, by=by, at=at)
    return asked


def _open(member: Member, *, wallet: str, user: User) -> tuple[Member, Account]:
    """Lock a member's accounts, then look at the member again and at who asks."""
    _check_visible(member, user=user)
    account = posting.lock(member.holder_id, wallets=[wallet])[wallet]
    member = Member.objects.get(pk=member.pk)
    owning.check_not_own(member=member, user=user)
    blocking.check_is_current(member=member)
    return member, account


def _check_visible(member: Member, *, user: User) -> None:
    if not seeing.may_see(user=user, member=member):
        raise MemberNotFound


def _check_asked(*, wallet: str, points: int, reason: str, note: str) -> None:
    errors = []
    if not 0 < abs(points) <= MOST:
        errors.append(FieldRefusal("/points", "out-of-range", _("Say how many points.")))
    if reason not in AdjustmentReason.values:
        errors.append(FieldRefusal("/reason", "unknown", _("Choose a reason.")))
    elif reason == AdjustmentReason.OTHER and not note.strip():
        errors.append(FieldRefusal("/note", "required", _("Say in the note what the reason is.")))
    if len(note) > LONGEST_NOTE:
        errors.append(FieldRefusal("/note", "too-long", _("500 characters are enough.")))
    if not Wallet.objects.filter(code=wallet).exists():
        errors.append(FieldRefusal("/wallet", "unknown", _("There is no such wallet.")))
    if errors:
        raise ValidationFailed(errors=errors)


def _check_there_is_enough(account: Account, *, points: int, at: datetime) -> None:
    """Refuse at once what nobody could approve today."""
    available = balances.get_balance(account=account, at=at).available
    if available + points < 0:
        raise posting.InsufficientPoints(available=available, required=-points)


def _check_may_approve(asked: Adjustment, *, user: User, at: datetime) -> None:
    """An approver answers for what they let pass, within limits counted like a requester's."""
    if Role.ADMINISTRATOR in roles.get_roles(user):
        return
    allowance = allowing.get_approver_allowance(user=user, at=at)
    if not allowance.covers(abs(asked.points)):
        raise AboveLimit(left=allowance.left)


def _post_or_ask(asked: Adjustment, *, account: Account, at: datetime) -> None:
    allowance = allowing.get_allowance(user=asked.requested_by, at=at)
    if allowance.covers(abs(asked.points)):
        asked.entry = _post(asked, account=account, at=at)
    else:
        _check_there_is_enough(account, points=asked.points, at=at)
        asked.approval = _ask(asked, at=at)
    asked.save(force_insert=True)


def _ask(asked: Adjustment, *, at: datetime) -> Approval:
    return approving.request(
        kind=ApprovalKind.ADJUSTMENT,
        subject=asked.member.public_id,
        payload={
            "adjustment": asked.public_id,
            "wallet": asked.wallet.code,
            "points": asked.points,
        },
        requested_by=asked.requested_by,
        reason=asked.reason,
        key=asked.key,
        at=at,
    )


def _post(asked: Adjustment, *, account: Account, at: datetime) -> Entry:
    book = books.get_book()
    expiry = book.wallet(account.wallet.code).expiry
    entry = posting.adjust(
        account=account,
        points=asked.points,
        expires_at=expiring.expires_at(available_at=at, expiry=expiry, zone=book.zone),
        reason=asked.reason,
        # Whose idea it was; the approval says who else agreed.
        actor=f"user:{asked.requested_by_id}",
        reference=asked.public_id,
        on_behalf_of=sharing.on_behalf_of(member=asked.member, account=account),
        key=asked.key,
        at=at,
        idle=book.idle(account.wallet.code, at=at),
    )
    if book.ladder and book.ladder.credit_wallet == account.wallet.code:
        # Status credits by hand lift at once, as those of a purchase do.
        standing.review(member_ids=[asked.member.pk], at=at)
    return entry


def _write_note(asked: Adjustment, *, text: str, by: User, at: datetime) -> None:
    if text.strip():
        AdjustmentNote.objects.create(
            adjustment=asked, text=text.strip()[:LONGEST_NOTE], written_by=by, written_at=at
        )


def _repeated(
    done: Adjustment, *, member: Member, wallet: str, points: int, reason: str
) -> Adjustment:
    was = (done.member_id, done.wallet.code, done.points, done.reason)
    if was != (member.pk, wallet, points, reason):
        raise posting.KeyReused
    return done
