"""Ada has 500 points, and there are coffees for 200."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from loyalty.ledger import balances, posting
from loyalty.ledger.models import Entry, Wallet
from loyalty.ledger.planning import Grant
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Tier, TierLadder, WalletPolicy
from members.models import Member
from rewards.models import Redemption, Reward, RewardKind
from tests.conftest import NOON


def open_programme() -> Programme:
    """Write a programme in euros, in Paris, with one wallet and a grace of 30 days."""
    wallet, _ = Wallet.objects.get_or_create(code="points")
    WalletPolicy.objects.create(wallet=wallet, name_fr="Points", name_en="Points")
    return Programme.objects.create(pk=1, name="Fleurs", spending_wallet=wallet, created_at=NOON)


@transaction.atomic
def enrol(name: str, *, points: int = 0, at: datetime = NOON) -> Member:
    """Write a member with that many points, good for a year."""
    holder = posting.open_holder(at=at)
    member = Member.objects.create(
        public_id=f"mem_{name.lower()}", holder=holder, first_name=name, enrolled_at=at
    )
    if points:
        give(member, points, key=f"start-{name}", at=at)
    return member


@transaction.atomic
def give(member: Member, points: int, *, key: str, at: datetime = NOON, days: int = 365) -> Entry:
    """Grant points that expire that many days later."""
    grant = Grant("points", points, at, at + timedelta(days=days))
    account = posting.lock(member.holder_id)["points"]
    return posting.earn(account=account, grants=[grant], reference=key, key=key, at=at)


def offer(name: str, *, cost: int, **fields: object) -> Reward:
    """Put a reward on the shelf."""
    return Reward.objects.create(
        public_id=f"rew_{name.lower()}",
        kind=RewardKind.PRODUCT,
        name_fr=name,
        name_en=name,
        wallet=Wallet.objects.get(code="points"),
        cost=cost,
        **fields,
    )


def points_of(member: Member, *, at: datetime = NOON) -> int:
    """Say what the member could spend at a moment."""
    return balances.get_balances(holder_ids=[member.holder_id], at=at)[member.holder_id][
        "points"
    ].available


def nothing_moved(member: Member, *, points: int) -> bool:
    """Say whether the points are still there and no redemption was written."""
    return points_of(member) == points and not Redemption.objects.exists()


@pytest.fixture
def programme(db: None) -> Programme:
    return open_programme()


@pytest.fixture
def ada(programme: Programme) -> Member:
    return enrol("Ada", points=500)


@pytest.fixture
def coffee(programme: Programme) -> Reward:
    return offer("Coffee", cost=200, stock=3)


@pytest.fixture
def gold(programme: Programme) -> Tier:
    ladder = TierLadder.objects.create(code="status", name_fr="Statut", name_en="Status")
    Tier.objects.create(
        ladder=ladder, code="silver", rank=1, name_fr="Argent", name_en="Silver",
        threshold_cents=10_000,
    )  # fmt: skip
    top = Tier.objects.create(
        ladder=ladder, code="gold", rank=2, name_fr="Or", name_en="Gold", threshold_cents=50_000
    )
    revising.touch()
    return top
