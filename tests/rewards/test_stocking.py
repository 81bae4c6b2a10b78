"""Stock is changed in the database, and never falls below nothing."""

import pytest
from django.db import IntegrityError, transaction

from rewards import stocking
from rewards.models import Reward


def stock() -> int | None:
    return Reward.objects.get().stock


class TestTakeOne:
    def test_takes_the_last_and_then_refuses(self, coffee: Reward):
        Reward.objects.update(stock=1)

        assert stocking.take_one(coffee) is True
        with pytest.raises(stocking.RewardExhausted):
            stocking.take_one(coffee)

        assert stock() == 0

    def test_takes_nothing_where_nothing_is_counted(self, coffee: Reward):
        Reward.objects.update(stock=None)

        assert stocking.take_one(coffee) is False
        assert stock() is None


class TestRestock:
    def test_adds_to_what_members_left(self, coffee: Reward):
        stocking.take_one(coffee)

        stocking.restock(reward=coffee, pieces=10)

        assert stock() == 12

    def test_is_kept_in_the_history_with_what_there_was(self, coffee: Reward):
        stocking.take_one(coffee)
        stocking.restock(reward=coffee, pieces=10)
        stocking.stop_counting(reward=coffee)
        stocking.stop_counting(reward=coffee)

        kept = coffee.history.exclude(history_change_reason=None).order_by("history_id")
        assert list(kept.values_list("history_change_reason", "stock")) == [
            ("restocked:2>12", 12),
            ("restocked:12>no-limit", None),
        ]

    def test_takes_out_what_is_there(self, coffee: Reward):
        stocking.restock(reward=coffee, pieces=-3)

        assert stock() == 0

    def test_refuses_to_take_out_more(self, coffee: Reward):
        with pytest.raises(stocking.StockTooSmall):
            stocking.restock(reward=coffee, pieces=-4)

        assert stock() == 3
        assert coffee.history.exclude(history_change_reason=None).exists() is False

    def test_starts_counting_what_was_not_counted(self, coffee: Reward):
        stocking.stop_counting(reward=coffee)
        assert stock() is None

        stocking.restock(reward=coffee, pieces=5)

        assert stock() == 5

    def test_takes_nothing_out_of_what_is_not_counted(self, coffee: Reward):
        stocking.stop_counting(reward=coffee)

        with pytest.raises(stocking.StockTooSmall):
            stocking.restock(reward=coffee, pieces=-1)

        assert stock() is None


class TestStock:
    def test_below_nothing_is_refused_by_the_database(self, coffee: Reward):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reward.objects.update(stock=-1)

        assert stock() == 3
