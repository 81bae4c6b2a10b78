"""Points for a reward, once, and back into their lots."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Lot, Wallet
from loyalty.programmes import revising
from loyalty.programmes.models import Tier, WalletPolicy
from members import blocking, codes, vouchering
from members.models import Member, MemberState, Voucher, VoucherState
from rewards import redeeming, stocking
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.rewards.conftest import enrol, give, nothing_moved, offer, points_of

DAY = timedelta(days=1)


def events() -> list[str]:
    """Name what rewards recorded, in order."""
    names = OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    return [name for name in names if not name.startswith("points.")]


class TestRedeem:
    def test_takes_the_price_and_one_from_the_stock(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, actor="till:1")

        coffee.refresh_from_db()
        assert points_of(ada) == 300
        assert coffee.stock == 2
        assert (redemption.points, redemption.is_from_stock) == (200, True)
        assert redemption.payment.points == -200
        assert redemption.payment.reference == coffee.public_id
        assert (redemption.redeemed_at, redemption.actor) == (NOON, "till:1")

    def test_gives_a_voucher_good_through_a_local_day(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        voucher = redemption.voucher
        assert codes.read(voucher.code) == voucher.code
        assert (voucher.member, voucher.state) == (ada, VoucherState.OPEN)
        # 10 March in winter time + 90 days = all of 8 June, in summer time.
        assert voucher.expires_at == datetime(2026, 6, 8, 22, 0, tzinfo=UTC)

    def test_copies_to_the_voucher_what_it_stands_for(self, ada: Member, programme: object):
        tea = offer("Tea", cost=100, value_cents=350)

        redemption = redeeming.redeem(member=ada, reward=tea, key="a", at=NOON)

        Reward.objects.update(name_en="Green tea", value_cents=400)
        voucher = Voucher.objects.get()
        assert (voucher.name_fr, voucher.name_en, voucher.value_cents) == ("Tea", "Tea", 350)
        assert (voucher.origin, voucher.redemption) == (redemption.public_id, redemption)

    def test_counts_the_days_from_the_local_day(self, ada: Member, coffee: Reward):
        just_past_midnight_in_paris = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)

        redemption = redeeming.redeem(
            member=ada, reward=coffee, key="a", at=just_past_midnight_in_paris
        )

        assert redemption.voucher.expires_at == datetime(2026, 6, 9, 22, 0, tzinfo=UTC)

    def test_tells_in_ids_and_never_the_code(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        event = OutboxEvent.objects.get(name="reward.redeemed")
        assert event.payload == {
            "redemption": redemption.public_id,
            "member": "mem_ada",
            "reward": "rew_coffee",
            "points": 200,
        }
        assert events() == ["voucher.issued", "reward.redeemed"]
        assert redemption.voucher.code not in str(
            list(OutboxEvent.objects.values_list("payload", flat=True))
        )

    def test_charges_the_price_in_force_not_the_one_seen(self, ada: Member, coffee: Reward):
        Reward.objects.update(cost=250)

        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        assert redemption.points == 250
        assert points_of(ada) == 250

    def test_counts_no_stock_where_there_is_no_limit(self, ada: Member, programme: object):
        water = offer("Water", cost=10)

        redemption = redeeming.redeem(member=ada, reward=water, key="a", at=NOON)

        water.refresh_from_db()
        assert water.stock is None
        assert redemption.is_from_stock is False

    def test_marks_what_a_demo_writes_as_historic(self, ada: Member, coffee: Reward):
        OutboxEvent.objects.all().delete()

        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, is_historic=True)

        assert set(OutboxEvent.objects.values_list("is_historic", flat=True)) == {True}


class TestRedeemAgain:
    def test_returns_the_first_and_takes_nothing_more(self, ada: Member, coffee: Reward):
        first = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        again = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON + DAY)

        coffee.refresh_from_db()
        assert again == first
        assert again.voucher.code == first.voucher.code
        assert (points_of(ada), coffee.stock) == (300, 2)
        assert Voucher.objects.count() == 1
        assert events() == ["voucher.issued", "reward.redeemed"]

    def test_refuses_the_key_for_another_reward_or_member(self, ada: Member, coffee: Reward):
        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        bob, tea = enrol("Bob", points=500), offer("Tea", cost=100)

        for member, reward in ((ada, tea), (bob, coffee)):
            with pytest.raises(posting.KeyReused):
                redeeming.redeem(member=member, reward=reward, key="a", at=NOON)

        assert (points_of(ada), points_of(bob)) == (300, 500)
        assert Redemption.objects.count() == 1

    def test_pays_twice_under_two_keys(self, ada: Member, coffee: Reward):
        first = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        second = redeeming.redeem(member=ada, reward=coffee, key="b", at=NOON)

        assert first.voucher.code != second.voucher.code
        assert points_of(ada) == 100


REFUSALS = {
    "no stock": ({"stock": 0}, {}, stocking.RewardExhausted),
    "dearer than the balance": ({"cost": 501}, {}, posting.InsufficientPoints),
    "not offered": ({"is_active": False}, {}, stocking.RewardUnavailable),
    "not offered yet": ({"starts_at": NOON + DAY}, {}, stocking.RewardUnavailable),
    "ended this instant": ({"ends_at": NOON}, {}, stocking.RewardUnavailable),
    "blocked": ({}, {"state": MemberState.BLOCKED}, blocking.MemberBlocked),
    "left": (
        {},
        {"state": MemberState.CLOSED, "closed_at": NOON},
        blocking.MemberClosed,
    ),
}


class TestRedeemRefuses:
    @pytest.mark.parametrize(
        ("reward", "member", "refusal"), list(REFUSALS.values()), ids=list(REFUSALS)
    )
    def test_and_nothing_moves(
        self,
        ada: Member,
        coffee: Reward,
        reward: dict[str, object],
        member: dict[str, object],
        refusal: type[Refusal],
    ):
        # Behind the back of what the caller holds: only the rows under the lock count.
        Reward.objects.update(**reward)
        Member.objects.update(**member)
        said_before = OutboxEvent.objects.count()
        stock_before = Reward.objects.get().stock

        with pytest.raises(refusal):
            redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        assert nothing_moved(ada, points=500)
        assert Reward.objects.get().stock == stock_before
        assert OutboxEvent.objects.count() == said_before
        assert Voucher.objects.exists() is False

    def test_a_wallet_that_is_newer_than_the_member(self, ada: Member, coffee: Reward):
        stamps = Wallet.objects.create(code="stamps")
        Reward.objects.update(wallet=stamps)
        coffee.refresh_from_db()

        with pytest.raises(posting.InsufficientPoints):
            redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        assert nothing_moved(ada, points=500)
        assert Account.objects.get().wallet.code == "points"

    def test_a_tier_not_reached(self, ada: Member, coffee: Reward, gold: Tier):
        Reward.objects.update(minimum_tier=gold)

        for tier in (None, Tier.objects.get(code="silver")):
            Member.objects.update(tier=tier)
            with pytest.raises(stocking.RewardNotEligible):
                redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        assert nothing_moved(ada, points=500)
        Member.objects.update(tier=gold)
        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        assert points_of(ada) == 300

    def test_a_tier_whose_last_day_is_over_before_any_night(
        self, ada: Member, coffee: Reward, gold: Tier
    ):
        Reward.objects.update(minimum_tier=gold)
        Member.objects.update(tier=gold, tier_until=NOON.date() - DAY)

        with pytest.raises(stocking.RewardNotEligible):
            redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        assert nothing_moved(ada, points=500)
        Member.objects.update(tier_until=NOON.date())
        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        assert points_of(ada) == 300


class TestCancel:
    def test_returns_the_points_of_a_wallet_without_a_policy(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        WalletPolicy.objects.all().delete()
        revising.touch()

        redeeming.cancel(redemption=redemption, key="b", at=NOON)

        assert points_of(ada) == 500

    def test_returns_the_points_to_their_lots(self, ada: Member, coffee: Reward):
        give(ada, 100, key="soon", days=30)
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        assert list(Lot.objects.order_by("expires_at").values_list("remaining", flat=True)) == [
            0,
            400,
        ]

        redeeming.cancel(redemption=redemption, key="b", at=NOON + DAY, actor="staff")

        assert list(Lot.objects.order_by("expires_at").values_list("remaining", flat=True)) == [
            100,
            500,
        ]
        assert points_of(ada, at=NOON + DAY) == 600

    def test_gives_the_piece_back_and_voids_the_voucher(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        cancelled = redeeming.cancel(redemption=redemption, key="b", at=NOON + DAY, actor="staff")

        coffee.refresh_from_db()
        assert coffee.stock == 3
        assert (cancelled.cancelled_at, cancelled.cancelled_by) == (NOON + DAY, "staff")
        assert Voucher.objects.get().state == VoucherState.CANCELLED
        assert events() == ["voucher.issued", "reward.redeemed", "reward.cancelled"]
        with pytest.raises(vouchering.VoucherCancelled):
            vouchering.use(code=redemption.voucher.code, at=NOON + DAY)

    def test_gives_no_piece_to_a_stock_it_never_took_from(self, ada: Member, programme: object):
        water = offer("Water", cost=10)
        redemption = redeeming.redeem(member=ada, reward=water, key="a", at=NOON)
        Reward.objects.update(stock=5)

        redeeming.cancel(redemption=redemption, key="b", at=NOON)

        assert Reward.objects.get().stock == 5

    def test_gives_a_grace_to_points_that_expired_meanwhile(
        self, programme: object, coffee: Reward
    ):
        bob = enrol("Bob")
        give(bob, 200, key="short", days=10)
        redemption = redeeming.redeem(member=bob, reward=coffee, key="a", at=NOON)
        later = NOON + 20 * DAY

        redeeming.cancel(redemption=redemption, key="b", at=later)

        assert points_of(bob, at=later) == 200
        assert points_of(bob, at=later + 32 * DAY) == 0

    def test_twice_with_one_key_gives_back_once(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)

        first = redeeming.cancel(redemption=redemption, key="b", at=NOON)
        again = redeeming.cancel(redemption=redemption, key="b", at=NOON + DAY)

        assert again.cancelled_at == first.cancelled_at == NOON
        assert (points_of(ada), Reward.objects.get().stock) == (500, 3)

    def test_refuses_a_second_cancellation(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        redeeming.cancel(redemption=redemption, key="b", at=NOON)
        booked = Entry.objects.count()

        with pytest.raises(redeeming.RedemptionAlreadyCancelled):
            redeeming.cancel(redemption=redemption, key="c", at=NOON)

        assert (points_of(ada), Reward.objects.get().stock) == (500, 3)
        assert Entry.objects.count() == booked

    def test_refuses_when_the_voucher_was_used(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        vouchering.use(code=redemption.voucher.code, at=NOON)

        with pytest.raises(vouchering.VoucherUsed):
            redeeming.cancel(redemption=redemption, key="b", at=NOON)

        assert (points_of(ada), Reward.objects.get().stock) == (300, 2)
        assert Redemption.objects.get().cancelled_at is None

    def test_refuses_a_member_who_left(self, ada: Member, coffee: Reward):
        redemption = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        Member.objects.update(state=MemberState.CLOSED, closed_at=NOON)

        with pytest.raises(blocking.MemberClosed):
            redeeming.cancel(redemption=redemption, key="b", at=NOON)

        assert points_of(ada) == 300
        assert Voucher.objects.get().state == VoucherState.OPEN
