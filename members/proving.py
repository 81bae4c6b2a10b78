"""What shows that a spender is there: the code on their phone, where the programme asks for it.

A till that scanned one is told a proof, good for that member at that client, so that one scan is
enough for all that they spend on one visit. Giving one writes nothing.
"""

from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.programmes.models import SpendProof
from loyalty.programmes.rulebook import Rulebook
from members.models import Member

# As long as points are set aside, unless told otherwise.
LASTS = timedelta(minutes=15)
_SIGNER = "members.proving"


class SpendProofRequired(Refusal):
    """Nobody showed the code that changes, or it is too long ago."""

    code = "spend-proof-required"
    title = _("Scan the code on the member's phone: their points are spent with it alone.")


def is_asked(*, book: Rulebook) -> bool:
    """Say whether the programme lets points be spent at a till with that code alone."""
    return book.spend_proof == SpendProof.CODE


def give(*, member: Member, client: str, at: datetime) -> str:
    """Return a proof that a client, by its id, just scanned a member's code: for 15 minutes."""
    until = int((at + LASTS).timestamp())
    return signing.Signer(salt=_SIGNER).sign_object([client, member.public_id, until])


def check(*, member: Member, client: str, proof: str, at: datetime) -> None:
    """Refuse what is no proof of this member, given to this client and good now.

    Raises SpendProofRequired. The same proof is good for all that is spent until it is over.
    """
    try:
        whose, who, until = signing.Signer(salt=_SIGNER).unsign_object(proof)
    except signing.BadSignature:
        raise SpendProofRequired from None
    is_over = at >= datetime.fromtimestamp(until, UTC)
    if is_over or (whose, who) != (client, member.public_id):
        raise SpendProofRequired
