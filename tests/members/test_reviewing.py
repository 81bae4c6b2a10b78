from datetime import date, timedelta

import pytest

from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import Tier
from members import enrolling, purchasing, reviewing
from members.models import Member, TierChange, TierReview
from tests.conftest import NOON
from tests.members.builders import sale

MINUTE = timedelta(minutes=1)


@pytest.fixture
def boss(programme) -> User:
    return User.objects.create_superuser("boss@example.org", password="x")


@pytest.fixture
def three(programme) -> list[Member]:
    """Who spent 60.00, who spent 120.00, and who spent 260.00."""
    members = [enrolling.enrol(at=NOON, external_id=f"m{number}") for number in range(3)]
    for member, euros in zip(members, ["60.00", "120.00", "260.00"], strict=True):
        bought = sale(member, euros, occurred_at=NOON)
        purchasing.record(sale=bought, key=euros, at=NOON)
    return members


def change(**thresholds: int) -> None:
    for code, cents in thresholds.items():
        Tier.objects.filter(code=code).update(threshold_cents=cents)
    revising.touch()


def look(boss: User) -> TierReview:
    review = reviewing.start(by=boss, at=NOON + MINUTE)
    reviewing.work(review=review, clock=lambda: NOON + MINUTE)
    return TierReview.objects.get(pk=review.pk)


def apply(review: TierReview, boss: User, *, lowers: bool = False) -> TierReview:
    reviewing.apply(review=review, lowers=lowers, by=boss, at=NOON + 2 * MINUTE)
    reviewing.work(review=review, clock=lambda: NOON + 2 * MINUTE)
    return TierReview.objects.get(pk=review.pk)


def tiers() -> list[tuple[str, date | None]]:
    rows = Member.objects.order_by("pk").values_list("tier__code", "tier_until")
    return list(rows)


def foreseen(review: TierReview) -> list[tuple[str, str, bool, object]]:
    codes = dict(Tier.objects.values_list("pk", "code"))
    return [
        (codes[one["from_tier"]], codes[one["to_tier"]], one["is_up"], one["members"])
        for one in reviewing.count_moves(review=review)
    ]


YEAR = date(2027, 3, 10)


class TestLooking:
    def test_counts_who_would_move_and_moves_nobody(self, boss: User, three):
        change(silver=5_000, gold=30_000)
        before = tiers(), TierChange.objects.count()

        review = look(boss)

        assert foreseen(review) == [
            ("member", "silver", True, 1),
            ("gold", "silver", False, 1),
        ]
        assert (review.state, review.done, review.moved) == ("LOOKED", 3, 0)
        assert (tiers(), TierChange.objects.count()) == before

    def test_of_a_ladder_that_is_the_same_finds_nobody(self, boss: User, three):
        assert foreseen(look(boss)) == []

    def test_is_for_who_may_change_the_ladder(self, programme):
        tom = User.objects.create_user("tom@example.org", password="x", is_staff=True)

        with pytest.raises(permitting.NotPermitted):
            reviewing.start(by=tom, at=NOON)


class TestApplying:
    def test_lets_members_rise_and_says_by_whom(self, boss: User, three):
        change(silver=5_000, gold=30_000)
        review = look(boss)

        applied = apply(review, boss)

        assert tiers() == [("silver", YEAR), ("silver", YEAR), ("gold", YEAR)]
        assert (applied.state, applied.moved) == ("DONE", 1)
        row = TierChange.objects.latest("pk")
        assert (row.reason, row.cause, row.actor) == (
            "ladder-changed",
            review.public_id,
            f"user:{boss.pk}",
        )

    def test_lowers_members_only_when_told_to(self, boss: User, three):
        change(silver=5_000, gold=30_000)

        applied = apply(look(boss), boss, lowers=True)

        assert tiers() == [("silver", YEAR), ("silver", YEAR), ("silver", YEAR)]
        assert applied.moved == 2

    def test_goes_on_chunk_by_chunk_where_it_stopped(self, boss: User, three, monkeypatch):
        monkeypatch.setattr(reviewing, "CHUNK", 1)
        change(silver=5_000, gold=30_000)
        review = look(boss)
        reviewing.apply(review=review, lowers=True, by=boss, at=NOON + 2 * MINUTE)

        reviewing._do_chunk(review_id=review.pk, at=NOON + 2 * MINUTE)
        assert TierReview.objects.get(pk=review.pk).moved == 1
        reviewing.work(review=review, clock=lambda: NOON + 3 * MINUTE)
        reviewing.work(review=review, clock=lambda: NOON + 4 * MINUTE)

        assert TierReview.objects.get(pk=review.pk).moved == 2
        assert TierChange.objects.filter(reason="ladder-changed").count() == 2

    def test_is_refused_twice_and_when_the_ladder_changed_again(self, boss: User, three):
        change(silver=5_000)
        review = look(boss)
        change(silver=4_000)
        with pytest.raises(reviewing.LadderChanged):
            reviewing.apply(review=review, lowers=False, by=boss, at=NOON + 2 * MINUTE)

        again = look(boss)
        apply(again, boss)
        with pytest.raises(reviewing.ReviewNotReady):
            reviewing.apply(review=again, lowers=False, by=boss, at=NOON + 3 * MINUTE)

    def test_costs_the_same_for_three_and_for_thirteen(
        self, boss: User, three, django_assert_num_queries
    ):
        change(silver=5_000)
        review = look(boss)
        with django_assert_num_queries(27):
            apply(review, boss)
        for number in range(10):
            member = enrolling.enrol(at=NOON, external_id=f"more{number}")
            bought = sale(member, "45.00", occurred_at=NOON + number * MINUTE)
            purchasing.record(sale=bought, key=f"more {number}", at=NOON + 10 * MINUTE)
        change(silver=4_000)
        review = look(boss)

        with django_assert_num_queries(27):
            apply(review, boss)
