"""All that happened, read row by row from where it was written, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime

from analytics.models import Answer
from loyalty.ledger.models import Entry
from members.models import (
    Member,
    Purchase,
    Referral,
    Return,
    SegmentStay,
    SignInDay,
    TierChange,
)
from tests.analytics.builders import PARIS
from tests.analytics.naive import Receipt, Returned


@dataclass(frozen=True)
class Sale(Receipt):
    store: int | None
    channel: str


@dataclass(frozen=True)
class Back(Returned):
    store: int | None
    channel: str


@dataclass(frozen=True)
class Person:
    """A membership, and who it is by now."""

    pk: int
    now: int
    is_merged: bool
    enrolled_at: datetime
    closed_at: datetime | None
    kind: str
    source: str
    store: int | None


@dataclass(frozen=True)
class Deal:
    """An entry that earned or redeemed: of whom it is by now, when, and what."""

    member: int
    day: date
    kind: str
    points: int


@dataclass(frozen=True)
class Raw:
    sales: list[Sale]
    loose: list[Sale]
    back: list[Back]
    loose_back: list[Back]
    people: list[Person]
    deals: list[Deal]
    moves: list[tuple[int, datetime, str]]
    stays: list[tuple[int, datetime, datetime | None]]
    friends: dict[int, tuple[int, datetime]]
    visits: list[tuple[int, date]]
    answers: list[tuple[int, date]]


def read() -> Raw:
    people = _people()
    now = {one.pk: one.now for one in people}
    sales, back = _sales(), _back()
    return Raw(
        sales=[one for one in sales if one.member],
        loose=[one for one in sales if not one.member],
        back=[one for one in back if one.member],
        loose_back=[one for one in back if not one.member],
        people=people,
        deals=_deals(now),
        moves=[
            (one.member_id, one.changed_at, one.to_tier.code if one.to_tier else "")
            for one in TierChange.objects.select_related("to_tier").order_by("changed_at", "pk")
        ],
        stays=[(one.member_id, one.since_at, one.until_at) for one in SegmentStay.objects.all()],
        friends={
            one.friend_id: (now[one.referrer_id], one.joined_at)
            for one in Referral.objects.exclude(state__in=["REFUSED", "CANCELLED"])
        },
        answers=[
            (now[one.invitation.member_id], one.answered_on)
            for one in Answer.objects.select_related("invitation")
        ],
        visits=[(now[one.member_id], one.signed_in_on) for one in SignInDay.objects.all()],
    )


def _sales() -> list[Sale]:
    return [
        Sale(one.member_id, one.business_on, one.total_cents, one.store_id, one.channel)
        for one in Purchase.objects.all()
    ]


def _back() -> list[Back]:
    return [
        Back(one.purchase.member_id, one.business_on, one.total_cents, one.store_id, one.channel)
        for one in Return.objects.select_related("purchase")
    ]


def _people() -> list[Person]:
    return [
        Person(
            one.pk, one.merged_into_id or one.pk, one.state == "MERGED", one.enrolled_at,
            one.closed_at, one.kind, one.source, one.store_id,
        )
        for one in Member.objects.all()
    ]  # fmt: skip


def _deals(now: dict[int, int]) -> list[Deal]:
    holders = dict(Member.objects.values_list("holder", "pk"))
    return [
        Deal(
            now[holders[entry.account.holder_id]],
            day_of(entry.occurred_at),
            entry.kind,
            abs(entry.points),
        )
        for entry in Entry.objects.select_related("account")
        if entry.kind in ("EARN", "REDEEM")
    ]


def day_of(moment: datetime) -> date:
    return moment.astimezone(PARIS).date()
