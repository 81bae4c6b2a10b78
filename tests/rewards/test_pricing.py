"""A reward is paid by all its prices together, or not at all."""

from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.ledger import balances, posting
from loyalty.ledger.models import Entry, Wallet
from loyalty.ledger.planning import Grant
from members.models import Member
from rewards import pricing, redeeming
from rewards.models import Redemption, RedemptionPayment, Reward, RewardPrice
from rewards.pricing import Price
from tests.conftest import NOON
from tests.rewards.conftest import points_of

DAY = timedelta(days=1)


@transaction.atomic
def give_stamps(member: Member, stamps: int) -> None:
    account = posting.lock(member.holder_id, wallets=["stamps"])["stamps"]
    grant = Grant("stamps", stamps, NOON, NOON + 30 * DAY)
    posting.earn(account=account, grants=[grant], reference="stamps", key="stamps", at=NOON)


def stamps_of(member: Member) -> int:
    held = balances.get_balances(holder_ids=[member.holder_id], at=NOON)
    return held[member.holder_id]["stamps"].available


@pytest.fixture
def dinner(coffee: Reward) -> Reward:
    """200 points and 3 stamps."""
    stamps = Wallet.objects.create(code="stamps")
    RewardPrice.objects.create(reward=coffee, wallet=stamps, cost=3)
    return coffee


class TestGetPrices:
    def test_names_the_first_wallet_first(self, dinner: Reward):
        reward = Reward.objects.with_terms().get()

        assert pricing.get_prices(reward) == (Price("points", 200), Price("stamps", 3))

    def test_adds_up_what_is_of_one_wallet(self, coffee: Reward):
        RewardPrice.objects.create(reward=coffee, wallet=coffee.wallet, cost=50)

        assert pricing.get_prices(Reward.objects.with_terms().get()) == (Price("points", 250),)


class TestRedeemingWithSeveralWallets:
    def test_takes_every_price(self, ada: Member, dinner: Reward):
        give_stamps(ada, 5)

        redemption = redeeming.redeem(member=ada, reward=dinner, key="a", at=NOON)

        assert (points_of(ada), stamps_of(ada)) == (300, 2)
        assert redemption.points == 200
        extra = RedemptionPayment.objects.get()
        assert (extra.redemption, extra.points) == (redemption, 3)
        assert extra.entry.account.wallet.code == "stamps"

    def test_once_under_one_key(self, ada: Member, dinner: Reward):
        give_stamps(ada, 6)

        first = redeeming.redeem(member=ada, reward=dinner, key="a", at=NOON)
        again = redeeming.redeem(member=ada, reward=dinner, key="a", at=NOON + DAY)

        assert first == again
        assert (points_of(ada), stamps_of(ada)) == (300, 3)

    @pytest.mark.parametrize("stamps", [0, 2])
    def test_takes_nothing_where_one_wallet_has_too_little(
        self, ada: Member, dinner: Reward, stamps: int
    ):
        if stamps:
            give_stamps(ada, stamps)
        booked = Entry.objects.count()

        with pytest.raises(posting.InsufficientPoints) as refused:
            redeeming.redeem(member=ada, reward=dinner, key="a", at=NOON)

        assert refused.value.figures == {"wallet": "stamps", "available": stamps, "required": 3}
        assert points_of(ada) == 500
        assert Entry.objects.count() == booked
        assert (Redemption.objects.count(), Reward.objects.get().stock) == (0, 3)

    def test_returns_every_price_to_its_lots_when_cancelled(self, ada: Member, dinner: Reward):
        give_stamps(ada, 5)
        redemption = redeeming.redeem(member=ada, reward=dinner, key="a", at=NOON)

        redeeming.cancel(redemption=redemption, key="b", at=NOON)
        redeeming.cancel(redemption=redemption, key="b", at=NOON)

        assert (points_of(ada), stamps_of(ada)) == (500, 5)


class TestAnAgreedPrice:
    def test_is_taken_where_it_is_the_one_in_force(self, ada: Member, coffee: Reward):
        agreed = pricing.get_prices(coffee)

        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, agreed=agreed)

        assert points_of(ada) == 300

    def test_is_refused_where_it_has_changed_meanwhile(self, ada: Member, coffee: Reward):
        agreed = pricing.get_prices(coffee)
        Reward.objects.update(cost=201)

        with pytest.raises(redeeming.RewardPriceChanged):
            redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, agreed=agreed)

        assert points_of(ada) == 500
        assert Redemption.objects.exists() is False

    def test_does_not_matter_to_a_repeat(self, ada: Member, coffee: Reward):
        agreed = pricing.get_prices(coffee)
        first = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, agreed=agreed)
        Reward.objects.update(cost=201)

        again = redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON, agreed=agreed)

        assert again == first
