"""A member on one page: who they are, what they have, where they stand, and all that happened.

What a role may not see is not read. The number of statements does not grow with the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from loyalty.desk import cases
from loyalty.desk.member import fees, friends, history, movements, profile, standing, wallets
from loyalty.desk.member.fees import Membership
from loyalty.desk.member.friends import Friends
from loyalty.desk.member.history import Changed
from loyalty.desk.member.movements import Movements
from loyalty.desk.member.profile import Profile
from loyalty.desk.member.standing import Tiered
from loyalty.desk.member.wallets import Having
from loyalty.events.models import Message
from loyalty.identity.models import User
from loyalty.programmes import books
from members import housing, seeing
from members.models import (
    Card,
    Case,
    Consent,
    HouseholdStay,
    Member,
    MemberNote,
    Merge,
    Purchase,
    Voucher,
)
from rewards.models import Redemption

Reader = User | AnonymousUser
_Read = TypeVar("_Read")

_PURCHASES, _VOUCHERS, _REDEMPTIONS, _MESSAGES, _NOTES = 10, 10, 10, 10, 20
_LEAP = 2000


@dataclass(frozen=True)
class Whole:
    """All of a member that the reader may see. What they may not is None."""

    member: Member
    currency: str
    birthday: date | None
    cards: Sequence[Card]
    consents: Sequence[Consent]
    wallets: Sequence[Having]
    tier: Tiered
    movements: Movements | None
    purchases: Sequence[Purchase] | None
    vouchers: Sequence[Voucher] | None
    redemptions: Sequence[Redemption] | None
    messages: Sequence[Message] | None
    notes: Sequence[MemberNote] | None
    changes: Sequence[Changed] | None
    merges: Sequence[Merge] | None
    stays: Sequence[HouseholdStay] | None
    # What they pay for, the last first; None, too, where nothing is sold.
    fees: Sequence[Membership] | None
    # Who shares their points now, themselves left out; and whether they could with somebody.
    sharers: Sequence[Member]
    may_share: bool
    friends: Friends | None
    # What they asked and complained about, the last first.
    cases: Sequence[Case] | None
    profile: Profile | None


def get_whole(*, member: Member, reader: Reader, at: datetime, cursor: str | None) -> Whole:
    """Return a member's page for a reader. `cursor` is where the movements go on.

    Needs the member with store and tier. Raises pages.InvalidCursor.
    """
    book = books.get_book()
    told: Any = {"member": member, "at": at, "book": book}
    whose: Any = {"member": member, "reader": reader}
    known: Any = told | whose

    def seen(permission: str, read: Callable[[], _Read]) -> _Read | None:
        return read() if reader.has_perm(permission) else None

    stays = seen("members.view_householdstay", lambda: _stays(member))
    return Whole(
        member=member,
        currency=book.currency,
        birthday=_birthday(member),
        cards=list(Card.objects.filter(member=member).order_by("-pk")),
        consents=_consents(member),
        wallets=wallets.get_wallets(member=member, book=book, at=at),
        tier=standing.get_tiered(member=member, book=book, at=at),
        movements=seen(
            "ledger.view_entry", lambda: movements.get_movements(**told, cursor=cursor)
        ),
        purchases=seen("members.view_purchase", lambda: _purchases(member)),
        vouchers=seen("members.view_voucher", lambda: _vouchers(member)),
        redemptions=seen("rewards.view_redemption", lambda: _redemptions(member)),
        messages=seen("events.view_message", lambda: _messages(member)),
        notes=seen("members.view_membernote", lambda: _notes(member)),
        changes=seen("members.view_historicalmember", lambda: history.get_changes(member=member)),
        merges=seen("members.view_merge", lambda: _merges(member)),
        fees=seen("members.view_subscription", lambda: fees.get_memberships(**told)),
        stays=stays,
        sharers=_sharers(member, stays or (), reader),
        may_share=housing.has_households(book=book) and all(stay.until_at for stay in stays or ()),
        friends=seen("members.view_referral", lambda: friends.get_friends(**whose)),
        cases=seen("members.view_case", lambda: cases.get_of_member(member_id=member.pk)),
        profile=seen("programmes.view_segment", lambda: profile.get_profile(**known)),
    )


def _birthday(member: Member) -> date | None:
    if not member.birth_month or not member.birth_day:
        return None
    return date(_LEAP, member.birth_month, member.birth_day)


def _consents(member: Member) -> Sequence[Consent]:
    """Return the answers in force: the last to each question."""
    asked = Consent.objects.filter(member=member).in_force()
    return list(asked.order_by("channel", "purpose"))


def _merges(member: Member) -> Sequence[Merge]:
    """Return the merges that hold: of others into this one, or of this one into another."""
    of_both = Merge.objects.standing().with_people()
    return list(of_both.filter(Q(source=member) | Q(target=member)).order_by("-merged_at", "-pk"))


def _stays(member: Member) -> Sequence[HouseholdStay]:
    """Return the households that they are or were in, the last first."""
    stays = HouseholdStay.objects.filter(member=member).with_people()
    return list(stays.order_by("-since_at", "-pk"))


def _sharers(member: Member, stays: Sequence[HouseholdStay], reader: Reader) -> Sequence[Member]:
    """Return who is in their household now, of those whom the reader may see."""
    now = [stay.household_id for stay in stays if stay.until_at is None]
    if not now:
        return []
    seen = seeing.visible_to(reader).values("pk")
    there = HouseholdStay.objects.open().filter(household__in=now, member__in=seen)
    there = there.exclude(member=member)
    return [stay.member for stay in there.with_people().order_by("since_at", "pk")]


def _purchases(member: Member) -> Sequence[Purchase]:
    bought = Purchase.objects.filter(member=member).select_related("store")
    return list(bought.order_by("-occurred_at")[:_PURCHASES])


def _vouchers(member: Member) -> Sequence[Voucher]:
    return list(Voucher.objects.filter(member=member).order_by("-expires_at")[:_VOUCHERS])


def _redemptions(member: Member) -> Sequence[Redemption]:
    redeemed: Any = Redemption.objects.filter(member=member).select_related("reward")
    return list(redeemed.order_by("-redeemed_at")[:_REDEMPTIONS])


def _messages(member: Member) -> Sequence[Message]:
    return list(Message.objects.for_recipient(member.public_id)[:_MESSAGES])


def _notes(member: Member) -> Sequence[MemberNote]:
    notes = MemberNote.objects.filter(member=member).select_related("author")
    return list(notes.order_by("-pk")[:_NOTES])
