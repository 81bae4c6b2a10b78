"""A member, or one card, that may do nothing for now; and who may do something at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import ConcurrentUpdate, Refusal
from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.ledger import posting
from members import owning
from members.models import Card, CardState, Member, MemberState

# Somebody who took an account over changes its address first, and spends next.
LOCKED = timedelta(hours=24)


class MemberBlocked(Refusal):
    code = "member-blocked"
    title = _("This member is blocked. Nothing can be earned or spent.")


class MemberClosed(Refusal):
    code = "member-closed"
    title = _("This member has left the programme.")


class MemberMerged(ConcurrentUpdate):
    """Whoever looks this member up again finds the one who has what was theirs."""

    title = _("This member was merged into another one. Look for them again.")


class SpendingLocked(Refusal):
    code = "spending-locked"
    title = _("An address of this member was changed: nothing can be spent for 24 hours.")


def check_is_active(*, member: Member) -> None:
    """Refuse whatever a blocked member or one who left may not do: earn, or spend.

    Ask after locking the holder's accounts and reading the member again. Raises
    MemberBlocked, MemberClosed or MemberMerged.
    """
    if member.state == MemberState.BLOCKED:
        raise MemberBlocked
    check_is_current(member=member)


def check_is_current(*, member: Member) -> None:
    """Refuse whoever left, or was merged a moment ago. Raises MemberClosed or MemberMerged."""
    if member.state == MemberState.CLOSED:
        raise MemberClosed
    if member.state == MemberState.MERGED:
        raise MemberMerged


def check_may_spend(*, member: Member, at: datetime) -> None:
    """Refuse whoever may not spend: as `check_is_active`, and for a day after a new address.

    Earning goes on meanwhile. Raises MemberBlocked, MemberClosed, MemberMerged, or
    SpendingLocked with `until`.
    """
    check_is_active(member=member)
    if is_spending_locked(member=member, at=at):
        raise SpendingLocked(until=member.spending_locked_until)


def is_spending_locked(*, member: Member, at: datetime) -> bool:
    """Say whether an address was changed a moment ago, so that nothing may be spent yet."""
    return member.spending_locked_until is not None and at < member.spending_locked_until


@posting.retried
@transaction.atomic
def block(
    *, member: Member, at: datetime, actor: str, by: User | None = None, reason: str = ""
) -> Member:
    """Let the member neither earn nor spend until unblocked. Their points stay, and age.

    Their history keeps the reason, a code. `by` is somebody of the staff.

    Blocking twice is blocking once. Raises MemberClosed, or owning.OwnCard.
    """
    return _turn(member, MemberState.BLOCKED, at=at, actor=actor, by=by, reason=reason)


@posting.retried
@transaction.atomic
def unblock(
    *, member: Member, at: datetime, actor: str, by: User | None = None, reason: str = ""
) -> Member:
    """Let a blocked member earn and spend again. Raises as `block`."""
    return _turn(member, MemberState.ACTIVE, at=at, actor=actor, by=by, reason=reason)


def lock(*, member: Member, by: User | None = None) -> Member:
    """Lock a member's accounts, then their row, and return it as it is now, with their tier.

    Both, as the history's next row is written from what is read here: whoever corrects who they
    are locks the row alone. Raises owning.OwnCard where `by`, of the staff, is the member.
    """
    posting.lock(member.holder_id)
    rows = Member.objects.with_tier().select_for_update(of=("self",), no_key=True)
    locked = rows.get(pk=member.pk)
    if by is not None:
        owning.check_not_own(member=locked, user=by)
    return locked


def _turn(
    member: Member,
    state: MemberState,
    *,
    at: datetime,
    actor: str,
    by: User | None,
    reason: str,
) -> Member:
    member = lock(member=member, by=by)
    check_is_current(member=member)
    if member.state == state:
        return member
    member.state = state
    what = "blocked" if state == MemberState.BLOCKED else "unblocked"
    note(member=member, what=what, reason=reason)
    payload = {"member": member.public_id, "state": state.value, "actor": actor}
    outbox.record("member.updated", payload, at=at)
    return member


@posting.retried
@transaction.atomic
def note_export(*, member: Member) -> None:
    """Write into a member's history that somebody of the staff took away all that is held."""
    # Read under the locks: who was blocked, or erased, a moment ago stays so.
    note(member=lock(member=member), what="exported", reason="")


@posting.retried
@transaction.atomic
def block_card(
    *, card: Card, at: datetime, actor: str, by: User | None = None, reason: str = ""
) -> Card:
    """Refuse a lost card from now on. The member keeps their points and other cards.

    One that was blocked or replaced stays as it is. Raises owning.OwnCard.
    """
    member = lock(member=card.member, by=by)
    card = Card.objects.get(pk=card.pk)
    if card.member_id != member.pk:
        raise MemberMerged
    if card.state != CardState.ACTIVE:
        return card
    card.state = CardState.BLOCKED
    card.save(update_fields=["state"])
    note(member=member, what="card-blocked", reason=reason)
    payload = {"member": member.public_id, "card": "blocked", "actor": actor}
    outbox.record("member.updated", payload, at=at)
    return card


def note(*, member: Member, what: str, reason: str, fields: Sequence[str] = ("state",)) -> None:
    """Write into a member's history in codes what was done and why, with the fields it changed."""
    member._change_reason = f"{what}:{reason}" if reason else what  # type: ignore[attr-defined]
    member.save(update_fields=fields)
