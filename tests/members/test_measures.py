"""Ladders that count visits, credits, several measures, and years: from sale to standing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from loyalty.identity.roles import Role
from loyalty.ledger import posting
from loyalty.ledger.models import Entry, Wallet
from loyalty.programmes import revising
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import ExpiryKind, Tier, TierLadder, WalletPolicy
from members import adjusting, birthdays, enrolling, purchasing, returning, standing
from members.models import Member, Purchase, TierChange
from tests.conftest import NOON
from tests.members.builders import publish, sale
from tests.members.staff import appoint
from tests.programmes.build import fixed, rate, said

DAY = timedelta(days=1)


def count(**settings: object) -> None:
    """Let the ladder count in another way: silver takes 100.00, 3 visits or 50 credits."""
    TierLadder.objects.update(counts_spend=False, **settings)
    Tier.objects.filter(code="silver").update(threshold_visits=3, threshold_credits=50)
    Tier.objects.filter(code="gold").update(threshold_visits=6, threshold_credits=120)
    revising.touch()


def buy(member: Member, euros: str, *, at: datetime) -> Purchase:
    return purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{at}", at=at)


def tier_of(member: Member, *, at: datetime) -> str:
    member.refresh_from_db()
    tier = standing.get_standing(member=member, at=at).tier
    assert tier is not None
    return tier.code


@pytest.fixture
def status(programme) -> Wallet:
    """Each whole euro gives a point to spend, and a status credit that soon dies."""
    wallet = Wallet.objects.create(code="status")
    WalletPolicy.objects.create(
        wallet=wallet, name_fr="Statut", name_en="Status", expiry_kind=ExpiryKind.DAYS,
        expiry_count=5,
    )  # fmt: skip
    publish("status", said(rate(wallet="status")))
    count(counts_credits=True, credit_wallet=wallet)
    return wallet


class TestVisits:
    def test_are_days_and_not_receipts(self, ada: Member):
        count(counts_visits=True)

        for minutes in (0, 1, 2, 1_440, 1_441):
            buy(ada, "1.00", at=NOON + timedelta(minutes=minutes))
        assert tier_of(ada, at=NOON + DAY) == "member"
        last = buy(ada, "1.00", at=NOON + 2 * DAY)

        assert tier_of(ada, at=NOON + 2 * DAY) == "silver"
        # A purchase goes by what was counted before itself.
        assert (last.tier.code if last.tier else None, last.facts["visits"]) == ("member", 2)

    def test_are_said_to_be_missing(self, ada: Member):
        count(counts_visits=True)
        buy(ada, "1.00", at=NOON)

        now = standing.get_standing(member=ada, at=NOON)

        assert now.to_next is not None
        assert now.to_next.gap.missing == ((Measure.VISITS, 2),)

    def test_of_a_late_sale_on_a_day_that_has_one_are_not_counted_twice(self, ada: Member):
        count(counts_visits=True)
        buy(ada, "1.00", at=NOON)
        buy(ada, "1.00", at=NOON + DAY)

        late = sale(ada, "1.00", occurred_at=NOON + timedelta(hours=1))
        purchasing.record(sale=late, key="late", at=NOON + DAY + timedelta(hours=1))

        assert tier_of(ada, at=NOON + 2 * DAY) == "member"


class TestStatusCredits:
    def test_count_when_they_are_earned_whatever_becomes_of_them(self, ada: Member, status):
        buy(ada, "30.00", at=NOON)
        buy(ada, "25.00", at=NOON + 20 * DAY)

        assert tier_of(ada, at=NOON + 20 * DAY) == "silver"

    def test_lift_in_the_purchase_that_earns_them(self, ada: Member, status):
        buy(ada, "51.00", at=NOON)

        ada.refresh_from_db()
        assert ada.tier is not None
        assert (ada.tier.code, ada.tier_until) == ("silver", date(2027, 3, 10))

    @pytest.mark.parametrize("days", [0, 20])
    def test_that_are_taken_back_count_no_more_as_of_their_sale(
        self, ada: Member, status, days: int
    ):
        buy(ada, "40.00", at=NOON)
        earned = Entry.objects.get(account__wallet=status)
        with transaction.atomic():
            posting.clawback(
                entry=earned, points=30, allow_debt=False, key="back", at=NOON + days * DAY
            )

        buy(ada, "20.00", at=NOON + 21 * DAY)

        now = standing.get_standing(member=ada, at=NOON + 21 * DAY)
        assert now.to_next is not None
        assert now.to_next.gap.missing == ((Measure.CREDITS, 20),)

    def test_are_not_the_points_that_members_spend(self, ada: Member, status):
        publish("bonus", said(rate("10")))

        buy(ada, "10.00", at=NOON)

        assert tier_of(ada, at=NOON) == "member"


class TestStatusCreditsOfNoPurchase:
    def test_lift_when_they_are_given_for_a_birthday(self, ada: Member, status):
        Member.objects.update(birth_month=3, birth_day=10)
        publish("birthday", said(fixed(60, wallet="status"), event="birthday"))

        birthdays.give(day=NOON.date(), at=NOON)

        assert Member.objects.get().tier.code == "silver"

    def test_lift_when_staff_give_them(self, ada: Member, status):
        adjusting.adjust(
            member=ada, wallet="status", points=60, reason="goodwill",
            requested_by=appoint(Role.CUSTOMER_CARE), key="a", at=NOON,
        )  # fmt: skip

        assert Member.objects.get().tier.code == "silver"


class TestSeveralMeasures:
    @pytest.mark.parametrize(("needs_all", "tier"), [(False, "silver"), (True, "member")])
    def test_take_any_or_all(self, ada: Member, needs_all: bool, tier: str):
        count(counts_visits=True, needs_all=needs_all)
        TierLadder.objects.update(counts_spend=True)
        revising.touch()

        buy(ada, "120.00", at=NOON)

        assert tier_of(ada, at=NOON) == tier


class TestYears:
    def test_of_the_calendar_begin_anew(self, ada: Member):
        TierLadder.objects.update(window="CALENDAR_YEAR", validity="FOLLOWING_YEAR")
        revising.touch()
        december = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)
        buy(ada, "60.00", at=december)
        buy(ada, "60.00", at=december + timedelta(minutes=1))
        assert tier_of(ada, at=december + DAY) == "member"

        buy(ada, "40.00", at=NOON)

        assert tier_of(ada, at=NOON) == "silver"
        assert Member.objects.get().tier_until == date(2027, 12, 31)

    def test_of_membership_follow_each_member(self, programme):
        TierLadder.objects.update(window="MEMBERSHIP_YEAR", validity="WINDOW")
        revising.touch()
        bob = enrolling.enrol(at=datetime(2024, 2, 29, 12, tzinfo=UTC), external_id="bob")
        buy(bob, "60.00", at=datetime(2026, 2, 27, 12, tzinfo=UTC))

        buy(bob, "60.00", at=datetime(2026, 2, 28, 12, tzinfo=UTC))
        assert tier_of(bob, at=datetime(2026, 2, 28, 13, tzinfo=UTC)) == "member"
        buy(bob, "40.00", at=datetime(2026, 3, 1, 12, tzinfo=UTC))

        assert tier_of(bob, at=datetime(2026, 3, 1, 13, tzinfo=UTC)) == "silver"
        assert Member.objects.get(pk=bob.pk).tier_until == date(2027, 2, 27)

    def test_of_a_whole_life_never_close(self, ada: Member):
        TierLadder.objects.update(window="LIFETIME", validity="WINDOW")
        revising.touch()
        buy(ada, "60.00", at=NOON - 390 * DAY)

        buy(ada, "60.00", at=NOON)

        now = standing.get_standing(member=Member.objects.get(), at=NOON + 4_000 * DAY)
        assert now.tier is not None
        assert (now.tier.code, now.until) == ("silver", None)


class TestWhatItCosts:
    def test_is_two_statements_more_only_where_credits_count(
        self, ada: Member, status, django_assert_num_queries
    ):
        buy(ada, "10.00", at=NOON)
        ada.refresh_from_db()

        with django_assert_num_queries(3):
            standing.get_standing(member=ada, at=NOON)
        TierLadder.objects.update(counts_visits=True)
        revising.touch()
        standing.get_standing(member=ada, at=NOON)
        with django_assert_num_queries(4):
            standing.get_standing(member=ada, at=NOON)

    def test_of_a_purchase_is_the_same_whatever_is_counted(
        self, ada: Member, status, django_assert_max_num_queries
    ):
        buy(ada, "1.00", at=NOON)
        costs = []
        for number, counted in enumerate(["counts_spend", "counts_visits", "counts_credits"]):
            others = dict.fromkeys(["counts_spend", "counts_visits", "counts_credits"], False)
            TierLadder.objects.update(**{**others, counted: True})
            revising.touch()
            standing.get_standing(member=ada, at=NOON)
            with django_assert_max_num_queries(50) as said_:
                buy(ada, "1.00", at=NOON + timedelta(minutes=number + 1))
            costs.append(len(said_))

        assert len(set(costs)) == 1


class TestAReturn:
    def give_back(self, bought: Purchase, *, cents: int, at: datetime) -> None:
        brought = returning.Brought(purchase=bought, amount_cents=cents, occurred_at=at)
        returning.record(brought=brought, key=f"back {at}", at=at)

    def test_lowers_nobody_before_the_end(self, ada: Member):
        bought = buy(ada, "120.00", at=NOON)

        self.give_back(bought, cents=5_000, at=NOON + DAY)

        assert tier_of(ada, at=NOON + DAY) == "silver"
        assert tier_of(ada, at=NOON + 366 * DAY) == "member"

    def test_lowers_at_once_where_the_ladder_says_so(self, ada: Member):
        TierLadder.objects.update(falls_on_return=True)
        revising.touch()
        bought = buy(ada, "120.00", at=NOON)
        self.give_back(bought, cents=1_000, at=NOON + DAY)
        assert tier_of(ada, at=NOON + DAY) == "silver"

        self.give_back(bought, cents=1_001, at=NOON + 2 * DAY)

        assert tier_of(ada, at=NOON + 2 * DAY) == "member"
        assert TierChange.objects.latest("pk").reason == "returned"

    def test_of_all_makes_the_day_no_visit(self, ada: Member):
        count(counts_visits=True)
        bought = buy(ada, "2.00", at=NOON)
        buy(ada, "2.00", at=NOON + DAY)
        self.give_back(bought, cents=200, at=NOON + DAY)

        buy(ada, "2.00", at=NOON + 2 * DAY)
        assert tier_of(ada, at=NOON + 2 * DAY) == "member"
        buy(ada, "2.00", at=NOON + 3 * DAY)

        assert tier_of(ada, at=NOON + 3 * DAY) == "silver"
