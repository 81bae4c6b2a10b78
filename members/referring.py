"""Members bring friends: the code of each, and who may join with whose.

What a referral comes to is decided when the friend has bought, in the night: `confirming`.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import FieldRefusal, Refusal
from loyalty.events import outbox
from loyalty.programmes import books
from members import codes, relating
from members.models import (
    Member,
    MemberState,
    Referral,
    ReferralCode,
    ReferralEnd,
    ReferralState,
)

POINTER = "/referral_code"
_TRIES = 3


class ReferralRefused(Refusal):
    """A code with which this person cannot join. Nothing was written, nobody was enrolled."""

    code = "referral-refused"
    title = _("Nobody can join with this referral code.")

    def __init__(self, **figures: Any) -> None:
        error = FieldRefusal(POINTER, self.code, self.title)
        super().__init__(errors=[error], **figures)


class ReferralsOff(ReferralRefused):
    code = "referrals-off"
    title = _("In this programme members refer nobody: leave the referral code out.")


class ReferralCodeUnknown(ReferralRefused):
    code = "referral-code-unknown"
    is_miss = True
    title = _("Nobody has this referral code.")


class ReferrerInactive(ReferralRefused):
    code = "referrer-inactive"
    title = _("Whoever had this referral code refers nobody any more.")


class OwnReferral(ReferralRefused):
    code = "own-referral"
    title = _("This referral code is your own: it is for your friends.")


class SameHousehold(ReferralRefused):
    code = "same-household"
    title = _("You share a household with whoever has this referral code.")


class CircularReferral(ReferralRefused):
    code = "circular-referral"
    title = _("Whoever has this referral code came through you.")


class AlreadyReferred(ReferralRefused):
    code = "already-referred"
    title = _("A friend has brought this member already.")


def get_code(*, member: Member, at: datetime) -> str:
    """Return a member's referral code, as it is stored; a new one the first time."""
    for _try in range(_TRIES):
        if own := ReferralCode.objects.filter(member=member).first():
            return own.code
        try:
            with transaction.atomic():
                made = ReferralCode(member=member, code=codes.new_to_say(), issued_at=at)
                made.save(force_insert=True)
        except IntegrityError:
            # Their other window made one a moment ago or, once in a life, chance repeats itself.
            continue
    return ReferralCode.objects.get(member=member).code


def get_referrer(*, code: str) -> Member:
    """Return who brings somebody with a code, as it was typed; of merged members the survivor.

    Raises ReferralsOff, ReferralCodeUnknown, or ReferrerInactive of who is blocked or has left.
    """
    if books.get_book().referral_days is None:
        raise ReferralsOff
    kept = codes.read_said(code)
    owners = ReferralCode.objects.select_related("member__merged_into")
    found = owners.filter(code=kept).first() if kept else None
    if found is None:
        raise ReferralCodeUnknown
    referrer = found.member.survivor
    if referrer.state != MemberState.ACTIVE:
        raise ReferrerInactive
    return referrer


def check(*, referrer: Member, friend: Member, at: datetime, by_phone: bool = False) -> None:
    """Refuse a friend whom a member cannot bring, who may not be a member yet.

    Raises OwnReferral of the same person, SameHousehold, or CircularReferral of who had brought
    the referrer, however far up. Nobody proves a phone on joining: compared there, whoever has a
    code would learn whether it is the referrer's.
    """
    if relating.is_one_person(one=friend, other=referrer, by_phone=by_phone):
        raise OwnReferral
    if friend.pk is not None and relating.share_home(one=friend, other=referrer, before=at):
        raise SameHousehold
    if any(
        relating.is_one_person(one=friend, other=above, by_phone=by_phone)
        for above in relating.get_referrers(member=referrer)
    ):
        raise CircularReferral


@transaction.atomic
def refer(
    *, referrer: Member, friend: Member, code: str, at: datetime, is_historic: bool = False
) -> Referral:
    """Keep that a friend joined with a member's code. It waits for what the friend buys.

    Raises AlreadyReferred, or as `check`.
    """
    if Referral.objects.of_friend(friend).exists():
        raise AlreadyReferred
    check(referrer=referrer, friend=friend, at=at)
    referral = Referral.objects.create(
        public_id=ids.new("rfl"),
        referrer=referrer,
        friend=friend,
        code=codes.read_said(code) or "",
        joined_at=at,
    )
    outbox.record("referral.made", told(referral), at=at, is_historic=is_historic)
    return referral


def end_with(*, friend: Member, at: datetime, actor: str) -> None:
    """Cancel what waits of a friend who leaves, under the friend's lock. Usually nothing."""
    waiting = Referral.objects.pending().of_friend(friend)
    for referral in waiting.with_people().order_by("pk"):
        end(
            referral=referral, state=ReferralState.CANCELLED, why=ReferralEnd.FRIEND_LEFT,
            at=at, actor=actor,
        )  # fmt: skip


def end(
    *,
    referral: Referral,
    state: ReferralState,
    why: str,
    at: datetime,
    actor: str,
    is_historic: bool = False,
    **facts: Any,
) -> None:
    """Write down what a referral came to, under the friend's lock; `facts` are its columns."""
    referral.state, referral.why = state, why
    referral.ended_at, referral.ended_by = at, actor
    referral.ended_on = facts.pop("ended_on", None) or books.get_book().business_day(at)
    for name, value in facts.items():
        setattr(referral, name, value)
    referral.save()
    payload = {**told(referral), "why": why.lower().replace("_", "-"), "actor": actor}
    name = f"referral.{state.value.lower()}"
    outbox.record(name, payload, at=at, is_historic=is_historic)


def told(referral: Referral) -> dict[str, str]:
    """Return what others are told of a referral: ids. Needs both sides."""
    return {
        "referral": referral.public_id,
        "member": referral.referrer.public_id,
        "friend": referral.friend.public_id,
    }
