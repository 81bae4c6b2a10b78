"""A lost or worn card, and the one that takes its place."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import KeyReused, Refusal
from loyalty.events import outbox
from loyalty.identity.models import User
from loyalty.ledger import posting
from members import blocking, enrolling, identifying, numbering
from members.models import Card, CardState


class CardReplaced(Refusal):
    """A card has been replaced before: its successor is the one to replace."""

    code = "card-replaced"
    title = _("This card has been replaced already.")


def replace(
    *,
    card: Card,
    at: datetime,
    key: str,
    actor: str,
    by: User | None = None,
    number: str = "",
    reason: str = "",
) -> Card:
    """Issue a new card in the place of one, whose number no till takes any more.

    The member keeps points, tier and other cards. A printed `number` may be given; without
    one it is made. The same key again returns the card it issued. Raises CardReplaced,
    KeyReused, blocking.MemberClosed, identifying.IdentifierTaken, ValidationFailed, or
    owning.OwnCard where `by`, of the staff, is the member.
    """
    number = identifying.card(number) if number.strip() else numbering.new()
    try:
        return _replace(card, number, at=at, key=key, actor=actor, by=by, reason=reason)
    except IntegrityError:
        # Somebody took the number, or the key, a moment ago. It has committed by now.
        return _replace(card, number, at=at, key=key, actor=actor, by=by, reason=reason)


@posting.retried
@transaction.atomic
def _replace(
    card: Card,
    number: str,
    *,
    at: datetime,
    key: str,
    actor: str,
    by: User | None,
    reason: str,
) -> Card:
    member = blocking.lock(member=card.member, by=by)
    if done := Card.objects.select_related("member").filter(key=key).first():
        if done.replaces_id != card.pk:
            raise KeyReused
        return done
    card = Card.objects.get(pk=card.pk)
    if card.member_id != member.pk:
        raise blocking.MemberMerged
    blocking.check_is_current(member=member)
    if card.state == CardState.REPLACED:
        raise CardReplaced
    enrolling.check_free(identifiers={"card": number})
    card.state = CardState.REPLACED
    card.save(update_fields=["state"])
    issued = Card.objects.create(
        number=number, member=member, issued_at=at, replaces=card, key=key
    )
    blocking.note(member=member, what="card-replaced", reason=reason)
    payload = {"member": member.public_id, "card": "replaced", "actor": actor}
    outbox.record("member.updated", payload, at=at)
    return issued
