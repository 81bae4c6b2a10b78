"""Two memberships of one person, merged and parted, in few words."""

from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Entry
from members import consenting, enrolling, merging, purchasing, standing
from members.consenting import Said
from members.models import Consent, Member, Merge, Purchase
from tests.conftest import NOON
from tests.members.builders import sale


@pytest.fixture
def carer(db: None) -> User:
    return User.objects.create_superuser("care@example.test", "x", language="en")


@pytest.fixture
def twin(ada: Member) -> Member:
    """Ada, who joined a second time: who is merged into the first."""
    return enrolling.enrol(
        at=NOON - timedelta(days=300),
        first_name="Ada",
        last_name="Lovelace",
        email="ada.l@example.org",
        card="2000 0000 0013 9",
    )


def merge(source: Member, target: Member, carer: User, *, key: str = "a", at=NOON) -> Merge:
    return merging.merge(
        source=source, target=target, reason="duplicate", merged_by=carer, key=key, at=at
    )


def unmerge(merged: Merge, carer: User, *, at=NOON) -> Merge:
    return merging.unmerge(merge=merged, reason="mistake", undone_by=carer, at=at)


def buy(member: Member, euros: str, key: str, *, days: int = 0) -> Purchase:
    at = NOON - timedelta(days=days)
    return purchasing.record(sale=sale(member, euros, occurred_at=at), key=key, at=at)


def spend(member: Member, points: int) -> Entry:
    with transaction.atomic():
        account = posting.lock(member.holder_id)["points"]
        return posting.redeem(
            account=account, points=points, reference="rwd_1", key=f"r{points}", at=NOON
        )


def owe(member: Member, points: int) -> None:
    """Spend all, then take back what was earned."""
    with transaction.atomic():
        account = posting.lock(member.holder_id)["points"]
        spend(member, account.available)
        earned = Entry.objects.get(account=account, kind="EARN")
        posting.clawback(entry=earned, points=points, key="owe", at=NOON, allow_debt=True)


def tier_of(member: Member) -> str | None:
    now = standing.get_standing(member=Member.objects.get(pk=member.pk), at=NOON)
    return now.tier.code if now.tier else None


def say(member: Member, *, is_given: bool, days: int, purpose: str = "MARKETING") -> Consent:
    said = Said(channel="EMAIL", purpose=purpose, is_given=is_given, text_version="1")
    return consenting.say(member=member, said=said, at=NOON - timedelta(days=days))
