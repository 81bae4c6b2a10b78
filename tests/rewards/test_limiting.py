"""How often one member may have a reward."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from members.models import Member
from rewards import catalogue, limiting, redeeming
from rewards.catalogue import Reach
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.rewards.conftest import enrol, offer, points_of

DAY = timedelta(days=1)


def limit(reward: Reward, count: int, days: int | None = None) -> None:
    Reward.objects.filter(pk=reward.pk).update(limit_count=count, limit_days=days, cost=10)


def redeem(member: Member, reward: Reward, key: str, at: datetime = NOON) -> Redemption:
    return redeeming.redeem(member=member, reward=reward, key=key, at=at)


class TestALimitForEver:
    def test_refuses_the_one_too_many_and_takes_nothing(self, ada: Member, coffee: Reward):
        limit(coffee, 2)
        for key in "ab":
            redeem(ada, coffee, key)

        with pytest.raises(limiting.RewardLimitReached) as refused:
            redeem(ada, coffee, "c", NOON + 10 * DAY)

        assert refused.value.figures == {
            "reward": "rew_coffee",
            "limit": 2,
            "resets_at": None,
        }
        assert points_of(ada) == 480
        assert Reward.objects.get().stock == 1

    def test_counts_each_member_apart(self, ada: Member, coffee: Reward):
        limit(coffee, 1)
        bob = enrol("Bob", points=500)

        redeem(ada, coffee, "a")
        redeem(bob, coffee, "b")

        assert (points_of(ada), points_of(bob)) == (490, 490)

    def test_counts_each_reward_apart(self, ada: Member, coffee: Reward):
        limit(coffee, 1)
        redeem(ada, offer("Tea", cost=10), "a")
        redeem(ada, coffee, "b")

        assert points_of(ada) == 480

    def test_gives_room_again_when_one_is_cancelled(self, ada: Member, coffee: Reward):
        limit(coffee, 1)
        first = redeem(ada, coffee, "a")

        redeeming.cancel(redemption=first, key="x", at=NOON)
        redeem(ada, coffee, "b")

        assert points_of(ada) == 490

    def test_lets_a_repeat_answer_when_it_is_reached(self, ada: Member, coffee: Reward):
        limit(coffee, 1)

        assert redeem(ada, coffee, "a") == redeem(ada, coffee, "a", NOON + DAY)


class TestALimitWithinDays:
    def test_of_one_a_day_resets_at_local_midnight(self, ada: Member, coffee: Reward):
        limit(coffee, 1, days=1)
        redeem(ada, coffee, "a")
        midnight = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)

        with pytest.raises(limiting.RewardLimitReached) as refused:
            redeem(ada, coffee, "b", midnight - timedelta(microseconds=1))
        redeem(ada, coffee, "c", midnight)

        assert refused.value.figures["resets_at"] == midnight
        assert points_of(ada) == 480

    def test_resets_when_the_oldest_that_counts_no_longer_does(self, ada: Member, coffee: Reward):
        limit(coffee, 2, days=30)
        redeem(ada, coffee, "a")
        redeem(ada, coffee, "b", NOON + 5 * DAY)

        with pytest.raises(limiting.RewardLimitReached) as refused:
            redeem(ada, coffee, "c", NOON + 29 * DAY)

        # Thirty local days after 10 March, one of which had 23 hours.
        assert refused.value.figures["resets_at"] == datetime(2026, 4, 8, 22, 0, tzinfo=UTC)
        redeem(ada, coffee, "d", refused.value.figures["resets_at"])
        assert points_of(ada) == 470


class TestTheCatalogue:
    def test_says_that_a_limit_is_reached_and_until_when(self, ada: Member, coffee: Reward):
        limit(coffee, 1, days=1)
        redeem(ada, coffee, "a")

        (offered,) = catalogue.get_offers(member=ada, at=NOON)

        assert offered.reach == Reach.LIMITED
        assert offered.resets_at == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"limit_count": None, "limit_days": 30},
            {"limit_count": 0, "limit_days": None},
            {"limit_count": 1, "limit_days": 0},
        ],
    )
    def test_refuses_a_limit_that_counts_nothing(self, coffee: Reward, wrong: dict[str, int]):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reward.objects.update(**wrong)
