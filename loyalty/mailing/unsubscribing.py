"""One click out of advertising, or of surveys: the link is enough, for ever, signed in or not."""

from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer

from loyalty.mailing.letters import link
from members import consenting
from members.blocking import MemberClosed
from members.models import ConsentChannel, ConsentPurpose, Member, MemberState

WHERE = "unsubscribe"
# A link leads out of what it was made for, and of nothing else.
_SALTS = {
    ConsentPurpose.MARKETING: "loyalty.mailing.unsubscribing",
    ConsentPurpose.SURVEYS: "loyalty.mailing.unsubscribing.surveys",
}


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """Whose link it is, and what it leads out of."""

    member: Member
    purpose: ConsentPurpose

    # Properties

    @property
    def is_of_surveys(self) -> bool:
        return self.purpose == ConsentPurpose.SURVEYS


def make_token(*, recipient: str, purpose: ConsentPurpose = ConsentPurpose.MARKETING) -> str:
    """Return what the link ends with: an opaque id and our signature, and no date."""
    return _signer(purpose).sign(recipient)


def make_link(*, recipient: str, purpose: ConsentPurpose = ConsentPurpose.MARKETING) -> str:
    """Return the absolute address of the page with that link."""
    return link("portal:unsubscribe", make_token(recipient=recipient, purpose=purpose))


def get_way_out(*, token: str) -> WayOut | None:
    """Return whose link it is; None for one that is not ours, or of nobody any more.

    An old letter to a membership that was merged since is about the one that has its place.
    """
    for purpose in _SALTS:
        try:
            recipient = _signer(purpose).unsign(token)
        except BadSignature:
            continue
        member = Member.objects.select_related("merged_into").filter(public_id=recipient).first()
        return WayOut(member=member.survivor, purpose=purpose) if member else None
    return None


def is_subscribed(*, way: WayOut) -> bool:
    """Say whether what the link leads out of reaches the member. Who has left gets none."""
    if way.member.state == MemberState.CLOSED:
        return False
    if way.is_of_surveys:
        return not consenting.has_objected(
            member=way.member, channel=ConsentChannel.EMAIL, purpose=way.purpose
        )
    return consenting.is_allowed(
        member=way.member, channel=ConsentChannel.EMAIL, purpose=way.purpose
    )


def unsubscribe(*, way: WayOut, at: datetime) -> None:
    """Withdraw the consent to advertising, or object to surveys, at once. Twice is once.

    Who has left is written to no more: there is nothing to withdraw.
    """
    say_no = consenting.object_to if way.is_of_surveys else consenting.withdraw
    try:
        say_no(
            member=way.member,
            channel=ConsentChannel.EMAIL,
            purpose=way.purpose,
            where=WHERE,
            actor=way.member.public_id,
            at=at,
        )
    except MemberClosed:
        return


def _signer(purpose: ConsentPurpose) -> Signer:
    return Signer(salt=_SALTS[purpose], sep=".")
