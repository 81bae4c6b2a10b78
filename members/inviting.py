"""Who is asked into a household, and what they answer: nobody joins without a yes."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import NotFound, Refusal, ValidationFailed
from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.ledger import posting
from members import blocking, finding, housing, owning, seeing
from members.models import (
    Household,
    HouseholdInvitation,
    HouseholdStay,
    InvitationState,
    Member,
    MemberState,
)

LASTS = timedelta(days=14)
# So that nobody has us write to one stranger after another.
MOST_A_DAY = 10


class InvitesOneself(Refusal):
    code = "invites-oneself"
    title = _("This is your own card or address.")


class TooManyInvitations(Refusal):
    """`most` says how many a household may send in 24 hours."""

    code = "too-many-invitations"
    status = 429
    title = _("Your household has sent many invitations today. Try again tomorrow.")


class InvitationOver(NotFound):
    code = "invitation-over"
    title = _("This invitation is over.")


@posting.retried
@transaction.atomic
def invite(*, member: Member, whom: str, at: datetime) -> HouseholdInvitation | None:
    """Ask whoever has a card's number or an e-mail address into the member's household.

    None where nobody has it, or who has left: who asks is told the same. Asking again while it
    waits is asking once. Raises NotInHousehold, InvitesOneself, AlreadyInHousehold of who lives
    there, HouseholdFull, TooManyInvitations, MemberBlocked or MemberClosed.
    """
    member = blocking.lock(member=member)
    blocking.check_is_active(member=member)
    if (stay := housing.get_stay(member=member)) is None:
        raise housing.NotInHousehold
    household = stay.household
    # One at a time of a household: the limit of a day is counted.
    posting.lock(household.holder_id)
    housing.check_room(household=household)
    _check_day(household, at=at)
    guest = _find(whom)
    if guest is not None and guest.pk == member.pk:
        raise InvitesOneself
    if guest is None or guest.state not in {MemberState.ACTIVE, MemberState.BLOCKED}:
        return None
    if HouseholdStay.objects.open().filter(household=household, member=guest).exists():
        raise housing.AlreadyInHousehold
    if waiting := _waiting(household=household, member=guest, at=at):
        return waiting
    return _ask(household, guest, member, at=at)


@posting.retried
@transaction.atomic
def accept(*, public_id: str, member: Member, at: datetime) -> HouseholdStay:
    """Join the household that a member was asked into. Raises InvitationOver, or as `join`."""
    invitation = _lock(public_id, member, at=at)
    stay = housing.join(household=invitation.household, member=member, at=at)
    _end(invitation, InvitationState.ACCEPTED, at=at)
    return stay


@posting.retried
@transaction.atomic
def bring_together(
    *, member: Member, other: Member, at: datetime, actor: str, by: User, reason: str
) -> HouseholdStay:
    """Let a member share with another one, as staff are asked to by both.

    They join the other's household, which is founded if there is none. Raises InvitesOneself,
    MemberNotFound of one whom `by` may not see, or as `housing.found` and `housing.join`.
    """
    if member.pk == other.pk:
        raise InvitesOneself
    for one in (member, other):
        if not seeing.may_see(user=by, member=one):
            raise finding.MemberNotFound
        owning.check_not_own(member=one, user=by)
    told: Any = {"at": at, "actor": actor, "by": by, "reason": reason}
    stay = housing.get_stay(member=other)
    household = stay.household if stay else housing.found(member=other, **told)
    return housing.join(household=household, member=member, **told)


@transaction.atomic
def decline(*, public_id: str, member: Member, at: datetime) -> None:
    """Say no. Raises InvitationOver."""
    _end(_lock(public_id, member, at=at), InvitationState.DECLINED, at=at)


def get_waiting(*, member: Member, at: datetime) -> list[HouseholdInvitation]:
    """Return what a member was asked and has not answered, newest first. One statement."""
    asked = HouseholdInvitation.objects.filter(
        member=member, state=InvitationState.OPEN, lapses_at__gt=at, household__closed_at=None
    )
    return list(asked.select_related("household", "invited_by").order_by("-pk"))


def _find(whom: str) -> Member | None:
    """Return whom a card's number or an address names; what is neither names nobody."""
    named: Any = {"email": whom} if "@" in whom else {"card": whom}
    try:
        return finding.get_member(**named)
    except (finding.MemberNotFound, finding.CardBlocked, ValidationFailed):
        return None


def _check_day(household: Household, *, at: datetime) -> None:
    today = household.invitations.filter(invited_at__gt=at - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise TooManyInvitations(most=MOST_A_DAY)


def _waiting(*, household: Household, member: Member, at: datetime) -> HouseholdInvitation | None:
    """Return the invitation that waits for somebody; one that lapsed ends, and none waits."""
    last = household.invitations.filter(member=member, state=InvitationState.OPEN).first()
    if last is not None and last.lapses_at <= at:
        _end(last, InvitationState.WITHDRAWN, at=at)
        return None
    return last


def _ask(
    household: Household, guest: Member, member: Member, *, at: datetime
) -> HouseholdInvitation:
    invitation = HouseholdInvitation.objects.create(
        public_id=ids.new("inv"),
        household=household,
        member=guest,
        invited_by=member,
        invited_at=at,
        lapses_at=at + LASTS,
    )
    payload = {
        "household": household.public_id,
        "member": guest.public_id,
        "invitation": invitation.public_id,
        "actor": member.public_id,
    }
    outbox.record("household.invited", payload, at=at)
    return invitation


def _lock(public_id: str, member: Member, *, at: datetime) -> HouseholdInvitation:
    posting.lock(member.holder_id)
    asked = HouseholdInvitation.objects.select_for_update(of=("self",), no_key=True)
    found = asked.select_related("household").filter(public_id=public_id, member=member).first()
    if found is None or found.state != InvitationState.OPEN or found.lapses_at <= at:
        raise InvitationOver
    return found


def _end(invitation: HouseholdInvitation, state: InvitationState, *, at: datetime) -> None:
    invitation.state, invitation.answered_at = state, at
    invitation.save(update_fields=["state", "answered_at"])
