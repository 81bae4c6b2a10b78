"""What a member can have, what is near, and what is not for them."""

from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from loyalty.programmes import books
from loyalty.programmes.models import Programme, Tier
from members.models import Member
from rewards import catalogue, redeeming
from rewards.catalogue import Reach
from rewards.models import Reward
from tests.conftest import NOON
from tests.rewards.conftest import enrol, offer

DAY = timedelta(days=1)


def seen_by(member: Member) -> list[tuple[str, Reach, int]]:
    offers = catalogue.get_offers(member=member, at=NOON)
    return [(offer.reward.name_en, offer.reach, offer.missing) for offer in offers]


class TestGetOffers:
    def test_puts_what_can_be_had_first_and_says_what_is_missing(self, ada: Member, gold: Tier):
        offer("Weekend", cost=5_000)
        offer("Dinner", cost=800)
        offer("Coffee", cost=200)
        offer("Hamper", cost=100, stock=0)
        offer("Lounge", cost=50, minimum_tier=gold)
        offer("Cake", cost=500)

        assert seen_by(ada) == [
            ("Coffee", Reach.NOW, 0),
            ("Cake", Reach.NOW, 0),
            ("Dinner", Reach.NEAR, 300),
            ("Weekend", Reach.LATER, 4_500),
            ("Lounge", Reach.LOCKED, 0),
            ("Hamper", Reach.EXHAUSTED, 0),
        ]

    def test_calls_half_the_price_near_and_less_later(self, programme: Programme):
        bob = enrol("Bob", points=500)
        offer("Exactly half", cost=1_000)
        offer("Less than half", cost=1_001)

        assert [reach for _, reach, _ in seen_by(bob)] == [Reach.NEAR, Reach.LATER]

    def test_opens_a_locked_reward_to_the_tier_and_those_above(self, ada: Member, gold: Tier):
        silver = Tier.objects.get(code="silver")
        offer("Lounge", cost=50, minimum_tier=silver)

        Member.objects.update(tier=gold)

        assert seen_by(Member.objects.get()) == [("Lounge", Reach.NOW, 0)]

    def test_locks_again_on_the_day_after_the_last_of_a_tier_before_any_night(
        self, ada: Member, gold: Tier
    ):
        offer("Lounge", cost=50, minimum_tier=gold)

        Member.objects.update(tier=gold, tier_until=NOON.date())
        assert seen_by(Member.objects.get()) == [("Lounge", Reach.NOW, 0)]

        Member.objects.update(tier_until=NOON.date() - DAY)
        assert seen_by(Member.objects.get()) == [("Lounge", Reach.LOCKED, 0)]

    def test_asks_the_same_number_of_questions_at_2_and_at_40_rewards(
        self, ada: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        member = Member.objects.with_tier().get()
        books.get_book()
        for count in (2, 38):
            for number in range(count):
                offer(f"Reward {count}-{number}", cost=10 + number, limit_count=1)
            # The shelf, its other prices, the revision, the balance (2), what was taken.
            with django_assert_num_queries(6):
                seen_by(member)


class TestGetShelf:
    def test_shows_what_is_offered_at_that_moment(self, programme: Programme):
        offer("Always", cost=30)
        offer("From now", cost=20, starts_at=NOON)
        offer("Until tomorrow", cost=10, ends_at=NOON + DAY)
        offer("Tomorrow", cost=5, starts_at=NOON + DAY)
        offer("Ended now", cost=4, starts_at=NOON - DAY, ends_at=NOON)
        offer("Withdrawn", cost=3, is_active=False)

        assert [reward.name_en for reward in catalogue.get_shelf(at=NOON)] == [
            "Until tomorrow",
            "From now",
            "Always",
        ]

    def test_agrees_with_what_redeeming_asks(self, programme: Programme):
        offer("Ended now", cost=4, ends_at=NOON)
        offer("From now", cost=20, starts_at=NOON)

        shown = set(catalogue.get_shelf(at=NOON))

        assert {reward for reward in Reward.objects.all() if reward.is_offered(at=NOON)} == shown


class TestAWindowToBeSeenIn:
    def test_shows_what_is_not_open_yet_and_what_has_just_ended(self, ada: Member):
        offer("Soon", cost=10, appears_at=NOON, starts_at=NOON + DAY)
        offer("Over", cost=20, ends_at=NOON, disappears_at=NOON + DAY)

        assert seen_by(ada) == [("Soon", Reach.NOT_YET, 0), ("Over", Reach.ENDED, 0)]

    def test_hides_what_can_still_be_had(self, ada: Member):
        hidden = offer("Hidden", cost=10, disappears_at=NOON)
        offer("Not shown yet", cost=10, appears_at=NOON + DAY)

        assert seen_by(ada) == []
        redeeming.redeem(member=ada, reward=hidden, key="a", at=NOON)


class TestGetOffer:
    def test_sees_one_as_the_catalogue_does(self, ada: Member, gold: Tier):
        for number, fields in enumerate(
            ({}, {"stock": 0}, {"minimum_tier": gold}, {"cost": 800}, {"limit_count": 1})
        ):
            offer(f"Reward {number}", **{"cost": 100, **fields})
        limited = Reward.objects.get(limit_count=1)
        redeeming.redeem(member=ada, reward=limited, key="a", at=NOON)

        for seen in catalogue.get_offers(member=ada, at=NOON):
            reward = Reward.objects.with_terms().get(pk=seen.reward.pk)
            assert catalogue.get_offer(member=ada, reward=reward, at=NOON) == seen
