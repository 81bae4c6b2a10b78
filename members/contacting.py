"""A member's e-mail or phone, changed by themselves: confirmed by a code before it counts."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity import codes
from loyalty.identity.codes import Tried, Verdict
from loyalty.identity.models import EmailedCode
from members import correcting, identifying
from members.identifying import IdentifierTaken
from members.models import Member

EMAIL, PHONE = "email", "phone"
PURPOSE = "contact"


class NothingToChange(Refusal):
    code = "nothing-to-change"
    title = _("This is what we have already.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What becomes of an e-mail or a phone once the code that was sent is typed.

    A phone that is empty is forgotten. `address` is where the code went.
    """

    kind: str
    value: str
    address: str


def ask(
    *, member: Member, kind: str, value: str, language: str, origin: str, at: datetime
) -> EmailedCode:
    """Send a code: to the new address itself, and for a phone to the e-mail there is.

    Whether somebody else has the e-mail or the phone makes no difference here. `origin` is
    where it is asked from. Raises ValidationFailed, NothingToChange, or codes.TooManyCodes.
    """
    kept = identifying.normalised({kind: value}).get(kind, "")
    phone = member.phone or member.phone_claimed
    known = str((member.email if kind == EMAIL else phone) or "")
    if kept == known or (kind == EMAIL and not kept):
        raise NothingToChange
    address = kept if kind == EMAIL else member.email
    if not address:
        raise NothingToChange(_("Without an e-mail address, ask at the till."))
    said = {"for": PURPOSE, "member": member.public_id, "kind": kind, "value": kept}
    return codes.ask(address=address, origin=origin, language=language, at=at, answers=said)


def get_wanted(*, member: Member, code_id: str) -> Wanted | None:
    """Return what waits for its code in this browser, or None."""
    code = EmailedCode.objects.filter(public_id=code_id, proved_at=None).first()
    return _read(code, member) if code else None


@transaction.atomic
def confirm(*, member: Member, code_id: str, digits: str, at: datetime) -> Tried:
    """Change the e-mail or the phone if the code is right; count the try if it is not.

    A phone that somebody else has is kept as told, with all that a change entails: whoever
    tries numbers learns nothing of any. Raises IdentifierTaken for an e-mail that somebody
    else has, which whoever reads its codes may know, and EmailedCode.DoesNotExist. What
    follows a change, `correcting.correct` says.
    """
    tried = codes.enter(public_id=code_id, digits=digits, at=at)
    wanted = _read(tried.code, member)
    if wanted is None:
        raise EmailedCode.DoesNotExist
    if tried.verdict is Verdict.RIGHT:
        _change(member, wanted, at=at)
    return tried


def _change(member: Member, wanted: Wanted, *, at: datetime) -> None:
    identity, value = correcting.identity_of(member), wanted.value or None
    if wanted.kind == EMAIL:
        identity = replace(identity, email=value)
        correcting.correct(member=member, identity=identity, at=at, actor=member.public_id)
        return
    identity = replace(identity, phone=value, claimed="")
    try:
        correcting.correct(member=member, identity=identity, at=at, actor=member.public_id)
    except IdentifierTaken:
        identity = replace(identity, phone=None, claimed=value)
        correcting.correct(member=member, identity=identity, at=at, actor=member.public_id)


def _read(code: EmailedCode, member: Member) -> Wanted | None:
    said = code.answers or {}
    if said.get("for") != PURPOSE or said.get("member") != member.public_id:
        return None
    return Wanted(kind=said["kind"], value=said["value"], address=code.address)
