"""One click out of advertising: the link in the e-mail is enough, for ever, signed in or not."""

from datetime import datetime

from django.core.signing import BadSignature, Signer

from loyalty.mailing.letters import link
from members import consenting
from members.blocking import MemberClosed
from members.models import ConsentChannel, ConsentPurpose, Member, MemberState

WHERE = "unsubscribe"
_SALT = "loyalty.mailing.unsubscribing"


def make_token(*, recipient: str) -> str:
    """Return what the link ends with: an opaque id and our signature, and no date."""
    return _signer().sign(recipient)


def make_link(*, recipient: str) -> str:
    """Return the absolute address of the page with that link."""
    return link("portal:unsubscribe", make_token(recipient=recipient))


def get_member(*, token: str) -> Member | None:
    """Return whose link it is; None for one that is not ours, or of nobody any more.

    An old letter to a membership that was merged since is about the one that has its place.
    """
    try:
        recipient = _signer().unsign(token)
    except BadSignature:
        return None
    member = Member.objects.select_related("merged_into").filter(public_id=recipient).first()
    return member.survivor if member else None


def is_subscribed(*, member: Member) -> bool:
    """Say whether advertising reaches a member by e-mail. Who has left gets none."""
    return member.state != MemberState.CLOSED and consenting.is_allowed(
        member=member, channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.MARKETING
    )


def unsubscribe(*, member: Member, at: datetime) -> None:
    """Withdraw the consent to advertising by e-mail, at once. Twice is once.

    Who has left is written to no more: there is nothing to withdraw.
    """
    try:
        consenting.withdraw(
            member=member,
            channel=ConsentChannel.EMAIL,
            purpose=ConsentPurpose.MARKETING,
            where=WHERE,
            actor=member.public_id,
            at=at,
        )
    except MemberClosed:
        return


def _signer() -> Signer:
    return Signer(salt=_SALT, sep=".")
