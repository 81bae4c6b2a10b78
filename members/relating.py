"""How two members stand to each other: one person, one household, who brought whom."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from members import identifying
from members.models import HouseholdStay, Member, Referral, ReferralState

_STANDING = (ReferralState.PENDING, ReferralState.CONFIRMED)


def is_one_person(*, one: Member, other: Member, by_phone: bool) -> bool:
    """Say whether two are the same membership, or share a mailbox or, if asked, a phone."""
    return (
        one.pk == other.pk
        or bool(_mailboxes(one) & _mailboxes(other))
        or (by_phone and bool(_phones(one) & _phones(other)))
    )


def share_home(*, one: Member, other: Member, before: datetime) -> bool:
    """Say whether two were in the same household at any time before a moment. One statement."""
    homes = HouseholdStay.objects.of(other).filter(since_at__lt=before).values("household")
    stays = HouseholdStay.objects.of(one).filter(since_at__lt=before, household__in=homes)
    return stays.exists()


def get_referrers(*, member: Member) -> Iterator[Member]:
    """Yield who brought a member, who brought that one, and so on, each once.

    A statement each; refused and cancelled referrals lead no further.
    """
    seen = {member.pk}
    while referral := _referral_of(member):
        member = referral.referrer.survivor
        if member.pk in seen:
            return
        seen.add(member.pk)
        yield member


def was_member_before(*, friend: Member) -> bool:
    """Say whether somebody who became one with a friend had joined before the friend.

    `friend` is the membership that joined, with its survivor.
    """
    survivor = friend.survivor
    one_person = Q(pk=survivor.pk) | Q(merged_into=survivor)
    return Member.objects.filter(one_person, enrolled_at__lt=friend.enrolled_at).exists()


def _referral_of(member: Member) -> Referral | None:
    found = Referral.objects.of_friend(member).filter(state__in=_STANDING).with_people()
    return found.order_by("joined_at", "pk").first()


def _phones(member: Member) -> set[str]:
    return {str(number) for number in (member.phone, member.phone_claimed) if number}


def _mailboxes(member: Member) -> set[str]:
    return {identifying.mailbox(member.email)} if member.email else set()
