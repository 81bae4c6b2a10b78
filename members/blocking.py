"""A member, or one card, that may do nothing for now; and who may do something at all."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.ledger import posting
from members.models import Card, CardState, Member, MemberState


class MemberBlocked(Refusal):
    code = "member-blocked"
    title = _("This member is blocked. Nothing can be earned or spent.")


class MemberClosed(Refusal):
    code = "member-closed"
    title = _("This member has left the programme.")


def check_is_active(*, member: Member) -> None:
    """Refuse whatever a blocked member or one who left may not do: earn, or spend.

    Ask after locking the holder's accounts and reading the member again. Raises
    MemberBlocked or MemberClosed.
    """
    if member.state == MemberState.BLOCKED:
        raise MemberBlocked
    if member.state == MemberState.CLOSED:
        raise MemberClosed


@posting.retried
@transaction.atomic
def block(*, member: Member, at: datetime, actor: str) -> Member:
    """Let the member neither earn nor spend until unblocked. Their points stay, and age.

    Blocking twice is blocking once. Raises MemberClosed.
    """
    return _turn(member, MemberState.BLOCKED, at=at, actor=actor)


@posting.retried
@transaction.atomic
def unblock(*, member: Member, at: datetime, actor: str) -> Member:
    """Let a blocked member earn and spend again. Raises MemberClosed."""
    return _turn(member, MemberState.ACTIVE, at=at, actor=actor)


def _turn(member: Member, state: MemberState, *, at: datetime, actor: str) -> Member:
    posting.lock(member.holder_id)
    member = Member.objects.with_tier().get(pk=member.pk)
    if member.state == MemberState.CLOSED:
        raise MemberClosed
    if member.state == state:
        return member
    member.state = state
    member.save(update_fields=["state"])
    payload = {"member": member.public_id, "state": state.value, "actor": actor}
    outbox.record("member.updated", payload, at=at)
    return member


@transaction.atomic
def block_card(*, card: Card, at: datetime, actor: str) -> Card:
    """Refuse a lost card from now on. The member keeps their points and other cards."""
    card = Card.objects.select_for_update(of=("self",)).select_related("member").get(pk=card.pk)
    if card.state == CardState.BLOCKED:
        return card
    card.state = CardState.BLOCKED
    card.save(update_fields=["state"])
    payload = {"member": card.member.public_id, "card": "blocked", "actor": actor}
    outbox.record("member.updated", payload, at=at)
    return card
