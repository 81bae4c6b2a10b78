"""Members who come to have enough for a reward are told of once."""

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from loyalty.events import relaying
from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting
from loyalty.ledger.models import Wallet
from loyalty.ledger.planning import Grant
from loyalty.programmes import books
from loyalty.programmes.models import Programme, Tier
from members.models import Member, MemberState
from rewards import reactions, redeeming
from rewards.models import Reward, RewardPrice
from tests.conftest import NOON
from tests.rewards.conftest import enrol, give, offer

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob", points=90)


def react() -> list[tuple[str, str, int]]:
    """Let what has happened be reacted to; return who was told of which reward, at what price."""
    reactions.tell_who_has_enough(
        list(OutboxEvent.objects.filter(name__startswith="points.").order_by("id"))
    )
    told = OutboxEvent.objects.filter(name="reward.ready").order_by("id")
    return [
        (event.payload["member"], one["reward"], one["points"])
        for event in told
        for one in event.payload["rewards"]
    ]


class TestTell:
    def test_tells_of_what_the_points_have_reached_and_of_nothing_below(self, bob: Member):
        offer("Tea", cost=50)
        react()
        offer("Coffee", cost=100)
        offer("Dinner", cost=800)
        OutboxEvent.objects.all().delete()

        give(bob, 10, key="more")

        assert react() == [("mem_bob", "rew_coffee", 100)]

    def test_tells_at_once_of_all_that_one_movement_has_reached(self, bob: Member):
        offer("Coffee", cost=100)
        offer("Cake", cost=110)

        give(bob, 40, key="more")

        assert react() == [("mem_bob", "rew_coffee", 100), ("mem_bob", "rew_cake", 110)]
        assert OutboxEvent.objects.filter(name="reward.ready").count() == 1

    def test_tells_once_however_often_it_is_asked(self, bob: Member):
        offer("Coffee", cost=100)
        give(bob, 10, key="more")

        react()

        assert react() == [("mem_bob", "rew_coffee", 100)]

    def test_tells_again_after_they_have_redeemed_it(self, bob: Member):
        coffee = offer("Coffee", cost=100)
        give(bob, 10, key="more")
        react()
        redeeming.redeem(member=bob, reward=coffee, key="a", at=NOON)

        give(bob, 200, key="again")

        assert react() == [("mem_bob", "rew_coffee", 100)] * 2

    def test_tells_when_pending_points_become_available_and_not_before(self, bob: Member):
        offer("Coffee", cost=100)
        with transaction.atomic():
            account = posting.lock(bob.holder_id)["points"]
            grant = Grant("points", 50, NOON + DAY, NOON + 30 * DAY)
            posting.earn(account=account, grants=[grant], reference="p", key="p", at=NOON)
        assert react() == []

        with transaction.atomic():
            posting.settle(account=posting.lock(bob.holder_id)["points"], at=NOON + DAY)

        assert react() == [("mem_bob", "rew_coffee", 100)]

    def test_tells_nobody_who_has_spent_it_since(self, bob: Member):
        offer("Coffee", cost=100)
        tea = offer("Tea", cost=95)
        give(bob, 10, key="more")
        redeeming.redeem(member=bob, reward=tea, key="a", at=NOON)

        assert react() == []

    def test_tells_of_a_reward_of_two_wallets_when_both_are_there(self, bob: Member):
        coffee = offer("Coffee", cost=100)
        stamps = Wallet.objects.create(code="stamps")
        RewardPrice.objects.create(reward=coffee, wallet=stamps, cost=2)
        give(bob, 10, key="more")
        assert react() == []

        with transaction.atomic():
            account = posting.lock(bob.holder_id, wallets=["stamps"])["stamps"]
            grant = Grant("stamps", 2, NOON, NOON + 30 * DAY)
            posting.earn(account=account, grants=[grant], reference="s", key="s", at=NOON)

        assert react() == [("mem_bob", "rew_coffee", 100)]

    @pytest.mark.parametrize(
        "reward",
        [
            {"stock": 0},
            {"is_active": False},
            {"starts_at": NOON + DAY, "appears_at": NOON},
            {"ends_at": NOON, "disappears_at": NOON + DAY},
            {"disappears_at": NOON},
        ],
    )
    def test_tells_of_nothing_that_cannot_be_had(self, bob: Member, reward: dict[str, object]):
        offer("Coffee", cost=100, **reward)

        give(bob, 10, key="more")

        assert react() == []

    def test_tells_of_nothing_kept_for_a_higher_tier(self, bob: Member, gold: Tier):
        offer("Coffee", cost=100, minimum_tier=gold)

        give(bob, 10, key="more")

        assert react() == []

    def test_tells_nothing_of_who_has_had_as_many_as_they_may(self, bob: Member):
        coffee = offer("Coffee", cost=50, limit_count=1)
        redeeming.redeem(member=bob, reward=coffee, key="a", at=NOON)

        give(bob, 20, key="more")

        assert ("mem_bob", "rew_coffee", 50) not in react()[1:]

    @pytest.mark.parametrize("state", [MemberState.BLOCKED, MemberState.CLOSED])
    def test_tells_nothing_of_who_may_not_spend(self, bob: Member, state: MemberState):
        offer("Coffee", cost=100)
        give(bob, 10, key="more")
        closed_at = NOON if state == MemberState.CLOSED else None

        Member.objects.update(state=state, closed_at=closed_at)

        assert react() == []

    def test_tells_nothing_of_history(self, bob: Member):
        offer("Coffee", cost=100)
        give(bob, 10, key="more")

        OutboxEvent.objects.update(is_historic=True)

        assert react() == []

    def test_asks_as_many_questions_for_8_members_and_rewards_as_for_2(
        self, programme: Programme, django_assert_num_queries: DjangoAssertNumQueries
    ):
        books.get_book()
        for count in (2, 8):
            OutboxEvent.objects.all().delete()
            Reward.objects.update(is_active=False)
            for number in range(count):
                offer(f"Reward {count}-{number}", cost=10 + number)
                enrol(f"Member {count}-{number}", points=500)
            events = list(OutboxEvent.objects.filter(name="points.earned"))
            with django_assert_num_queries(13):
                reactions.tell_who_has_enough(events)
            told = [event.payload for event in OutboxEvent.objects.filter(name="reward.ready")]
            assert [len(one["rewards"]) for one in told] == [count] * count

    def test_is_called_by_the_relay(self, bob: Member):
        offer("Coffee", cost=100)
        give(bob, 10, key="more")

        relaying.relay(at=NOON + DAY)

        assert OutboxEvent.objects.filter(name="reward.ready").count() == 1
