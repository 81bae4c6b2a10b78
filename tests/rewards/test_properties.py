"""Any sequence of taking, cancelling, using and restocking ends as a plain second opinion says."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.models import Wallet
from loyalty.ledger.planning import Grant
from members import vouchering
from members.models import Member
from rewards import pooling, redeeming, stocking
from rewards.models import (
    CancelReason,
    PoolCode,
    Redemption,
    Reward,
    RewardPrice,
    VoucherPool,
)
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.rewards.conftest import enrol, offer, open_programme

# One reward has a stock and a limit for ever; the other two prices and a pool of codes.
POINTS, STAMPS = {"stocked": 30, "pooled": 50}, {"stocked": 0, "pooled": 1}
LIMIT = 2

members = st.integers(0, 1)
rewards = st.sampled_from(["stocked", "pooled"])
places = st.integers(0, 5)
actions = st.one_of(
    st.tuples(st.just("redeem"), members, rewards, st.integers(0, 7)),
    st.tuples(st.just("cancel"), places, st.integers(0, 3)),
    st.tuples(st.just("use"), places),
    st.tuples(st.just("restock"), st.integers(-1, 2)),
)


@dataclass
class Taken:
    """A redemption as the second opinion remembers it."""

    member: int
    reward: str
    state: str = "open"
    cancel_key: int | None = None


@dataclass
class Opinion:
    """What there should be, by sums that a child could do."""

    points: list[int] = field(default_factory=lambda: [160, 90])
    stamps: list[int] = field(default_factory=lambda: [2, 3])
    stock: int = 2
    codes: int = 3
    taken: dict[int, Taken] = field(default_factory=dict)

    def redeem(self, member: int, reward: str, key: int) -> str:
        if first := self.taken.get(key):
            same = (first.member, first.reward) == (member, reward)
            return "done" if same else "idempotency-key-reused"
        if refused := self._why_not(member, reward):
            return refused
        self._move(member, reward, -1)
        self.codes -= reward == "pooled"
        self.taken[key] = Taken(member, reward)
        return "done"

    def _why_not(self, member: int, reward: str) -> str:
        had = [
            one
            for one in self.taken.values()
            if (one.member, one.reward) == (member, reward) and one.state != "cancelled"
        ]
        if reward == "stocked" and len(had) >= LIMIT:
            return "reward-limit-reached"
        if self.points[member] < POINTS[reward] or self.stamps[member] < STAMPS[reward]:
            return "insufficient-points"
        left = self.stock if reward == "stocked" else self.codes
        return "" if left else "reward-exhausted"

    def cancel(self, key: int, cancel_key: int) -> str:
        one = self.taken[key]
        if one.state == "cancelled":
            is_repeat = one.cancel_key == cancel_key
            return "done" if is_repeat else "redemption-already-cancelled"
        if one.state == "used":
            return "voucher-used"
        one.state, one.cancel_key = "cancelled", cancel_key
        self._move(one.member, one.reward, 1)
        return "done"

    def use(self, key: int) -> str:
        one = self.taken[key]
        if one.state == "open":
            one.state = "used"
            return "done"
        return f"voucher-{one.state}"

    def restock(self, pieces: int) -> str:
        if self.stock + pieces < 0:
            return "stock-too-small"
        self.stock += pieces
        return "done"

    def _move(self, member: int, reward: str, sign: int) -> None:
        self.points[member] += sign * POINTS[reward]
        self.stamps[member] += sign * STAMPS[reward]
        self.stock += sign * (reward == "stocked")


class Shop:
    """The same through the product."""

    def __init__(self, care: User) -> None:
        self.care = care
        open_programme()
        stamps = Wallet.objects.create(code="stamps")
        opinion = Opinion()
        self.members = [
            enrol(name, points=points) for name, points in zip("AB", opinion.points, strict=True)
        ]
        for member, count in zip(self.members, opinion.stamps, strict=True):
            self._stamp(member, count)
        pool = VoucherPool.objects.create(name="Cinema")
        pooling.add_codes(pool=pool, content=b"Cine-1\nCine-2\nCine-3\n")
        self.rewards = {
            "stocked": offer("stocked", cost=30, stock=opinion.stock, limit_count=LIMIT),
            "pooled": offer("pooled", cost=50, pool=pool),
        }
        RewardPrice.objects.create(reward=self.rewards["pooled"], wallet=stamps, cost=1)
        self.taken: dict[int, Redemption] = {}

    def _stamp(self, member: Member, count: int) -> None:
        account = posting.lock(member.holder_id, wallets=["stamps"])["stamps"]
        grant = Grant("stamps", count, NOON, NOON + timedelta(days=90))
        posting.earn(account=account, grants=[grant], reference="s", key="s", at=NOON)

    def redeem(self, member: int, reward: str, key: int) -> None:
        self.taken[key] = redeeming.redeem(
            member=self.members[member], reward=self.rewards[reward], key=f"k{key}", at=NOON
        )

    def cancel(self, key: int, cancel_key: int) -> None:
        redemption = self.taken[key]
        # Somebody has seen a code of the pool: only staff give its points back, with a reason.
        by_staff = {"by": self.care, "reason": CancelReason.BAD_CODE.value}
        how = by_staff if redemption.reward == self.rewards["pooled"] else {}
        redeeming.cancel(redemption=redemption, key=f"c{key}-{cancel_key}", at=NOON, **how)

    def use(self, key: int) -> None:
        vouchering.use(code=self.taken[key].voucher.code, at=NOON)

    def restock(self, pieces: int) -> None:
        stocking.restock(reward=self.rewards["stocked"], pieces=pieces)

    def seen(self) -> tuple[list[int], list[int], int, int]:
        """Return points, stamps, stock and free codes, as they are in the database."""
        holders = [member.holder_id for member in self.members]
        held = balances.get_balances(holder_ids=holders, at=NOON)
        return (
            [held[holder]["points"].available for holder in holders],
            [held[holder]["stamps"].available for holder in holders],
            Reward.objects.get(stock__isnull=False).stock,
            PoolCode.objects.free().count(),
        )


def ended(act: object, *said: object) -> str:
    try:
        with transaction.atomic():
            act(*said)
    except Refusal as refusal:
        return refusal.code
    return "done"


@pytest.fixture
def care(db: None) -> User:
    return appoint(Role.CUSTOMER_CARE)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asked=st.lists(actions, max_size=14))
def test_any_sequence_ends_as_the_second_opinion_says(care: User, asked: list[tuple]):
    with transaction.atomic():
        shop, opinion = Shop(care), Opinion()
        for name, *said in asked:
            if name in {"cancel", "use"}:
                keys = sorted(opinion.taken)
                if not keys:
                    continue
                said[0] = keys[said[0] % len(keys)]

            expected = getattr(opinion, name)(*said)

            assert ended(getattr(shop, name), *said) == expected
            told = (opinion.points, opinion.stamps, opinion.stock, opinion.codes)
            assert shop.seen() == told
        codes = Redemption.objects.filter(reward=shop.rewards["pooled"])
        given_out = list(codes.values_list("voucher__code", flat=True))
        assert len(given_out) == len(set(given_out))
        assert verifying.verify().first_fault is None
        transaction.set_rollback(True)
