"""Leaving the programme."""

from datetime import datetime

from django.db import transaction

from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.ledger import posting
from members import blocking, housing, memberships, referring
from members.models import Member, MemberState

REASON = "closed"


@posting.retried
@transaction.atomic
def close(
    *, member: Member, key: str, at: datetime, actor: str = "", by: User | None = None
) -> Member:
    """Let a member leave for good: nothing is earned or spent again, nothing opens again.

    Out of a household they take what its rule says. What was available or pending is removed;
    vouchers they paid for stay good. The ledger
    keeps every entry, by the member themselves where no actor is named. Closing twice is
    closing once. Raises blocking.MemberMerged, or owning.OwnCard where `by`, of the staff, is the
    member.
    """
    member = blocking.lock(member=member, by=by)
    if member.state == MemberState.CLOSED:
        return member
    blocking.check_is_current(member=member)
    if housing.get_stay(member=member) is not None:
        housing.leave(member=member, at=at, actor=actor)
    memberships.end_all(member=member, at=at)
    accounts = posting.lock_own([member.holder_id])[member.holder_id]
    removed = 0
    for _wallet, account in sorted(accounts.items()):
        entry = posting.close(
            account=account, reason=REASON, actor=actor or member.public_id, key=key, at=at
        )
        removed -= entry.points if entry else 0
    member.state, member.closed_at = MemberState.CLOSED, at
    member.save(update_fields=["state", "closed_at"])
    referring.end_with(friend=member, at=at, actor=actor or member.public_id)
    payload = {"member": member.public_id, "points_removed": removed, "actor": actor}
    outbox.record("member.closed", payload, at=at)
    return member
