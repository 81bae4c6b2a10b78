from datetime import date, timedelta

import pytest

from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes import revising
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import BudgetUse, MemberCount, Rule, RuleState, WalletPolicy
from members import closing, purchasing, standing
from members.models import CarriedAmount, Member, Purchase, TierChange
from tests.conftest import NOON
from tests.members.bringing import LATER, account_of, basket, bring, buy, pieces
from tests.members.builders import points_of, publish, sale


class TestPointsThatAreGone:
    def test_spent_ones_are_owed_and_repaid_by_the_next(self, ada: Member):
        bought = buy(ada, "150.00")
        spend(ada, 100)

        bring(bought)

        assert account_of(ada).debt == 100
        buy(ada, "130.00", key="next")
        assert points_of(ada, at=LATER) == 30

    def test_spent_ones_are_let_go_where_nothing_may_be_owed(self, ada: Member):
        WalletPolicy.objects.update(allows_debt=False)
        revising.touch()
        bought = buy(ada, "150.00")
        spend(ada, 100)

        given = bring(bought)

        assert given.taken == {"points": 150}
        assert (account_of(ada).debt, points_of(ada, at=LATER)) == (0, 0)
        assert (given.moved, bring(bought).moved) == ({"points": 50}, {"points": 50})
        assert Entry.objects.get(kind=Kind.CLAWBACK).waived == 100

    def test_expired_ones_are_forgiven(self, ada: Member):
        bought = buy(ada, "150.00")
        after = NOON + timedelta(days=400)

        bring(bought, at=after)

        taken = Entry.objects.get(kind=Kind.CLAWBACK)
        assert (taken.points, taken.forgiven, account_of(ada).debt) == (0, 150, 0)
        assert verifying.verify().first_fault is None

    def test_those_of_whoever_left_move_no_more(self, ada: Member):
        bought = buy(ada)
        closing.close(member=ada, key="bye", at=NOON, actor="staff")

        given, again = bring(bought), bring(bought)

        assert (given.total_cents, given.taken) == (3_000, {"points": 30})
        assert (given.moved, again.moved) == ({}, {})
        assert Entry.objects.get(kind=Kind.CLAWBACK).points == 0


def spend(member: Member, points: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        account = posting.lock(member.holder_id)["points"]
        posting.redeem(account=account, points=points, reference="r", key="r", at=NOON)


class TestLimits:
    """Ten points a purchase, 15 a day for a member, 100 in all."""

    @pytest.fixture(autouse=True)
    def _limited(self, ada: Member):
        limits = {"per_member": {"day": {"points": 15}}, "budget_points": 100}
        ten = {"give": "fixed", "points": 10}
        publish("extra", {"when": {"event": "purchase"}, "then": ten, "limits": limits})

    def counts(self) -> tuple[int, int, int]:
        count = MemberCount.objects.get()
        return count.points, count.times, BudgetUse.objects.get().points

    def test_get_back_what_a_return_takes(self, ada: Member):
        bought = buy(ada, "30.00", key="first")
        buy(ada, "30.00", key="second")
        had = self.counts()

        given = bring(bought)

        assert (given.taken, had, self.counts()) == ({"points": 40}, (15, 2, 15), (5, 1, 5))
        assert buy(ada, "30.00", key="third").points == 40

    def test_of_the_sale_hold_for_what_is_left_of_it(self, ada: Member):
        buy(ada, "30.00", key="first")
        bought = buy(ada, "30.00", key="second", lines=basket(("tea", "3", 3_000)))

        given = bring(bought, quantities=pieces(_1="1"))

        assert (bought.points, given.taken, self.counts()) == (35, {"points": 10}, (15, 2, 15))

    def test_get_back_a_share_of_an_amount_and_the_rest_at_the_end(self, ada: Member):
        bought = buy(ada, "30.00")

        bring(bought, key="1", amount_cents=1_000)
        then = self.counts()
        bring(bought, key="2", amount_cents=2_000)

        assert (then, self.counts()) == ((7, 1, 7), (0, 0, 0))


class TestWhatIsCarriedOver:
    """A step of 50.00 gives 10 points; the rest counts with the next purchase."""

    @pytest.fixture(autouse=True)
    def _carrying(self, ada: Member):
        Rule.objects.update(state=RuleState.PAUSED)
        rate = {"give": "rate", "points": "10", "per_cents": 5_000, "carries": True}
        publish("steps", {"when": {"event": "purchase"}, "then": rate})

    def carried(self) -> int:
        return CarriedAmount.objects.get().cents

    def test_is_as_if_the_sale_had_never_been(self, ada: Member):
        buy(ada, "30.00", key="first")
        bought = buy(ada, "20.00", key="second")

        given = bring(bought)

        assert (bought.points, given.taken, self.carried()) == (10, {"points": 10}, 3_000)

    def test_is_below_zero_once_its_rest_has_become_points(self, ada: Member):
        bought = buy(ada, "30.00", key="first")
        buy(ada, "20.00", key="second")

        given = bring(bought)

        assert (given.taken, self.carried()) == ({}, -3_000)
        assert points_of(ada, at=LATER) == 10

    def test_follows_goods_one_by_one(self, ada: Member):
        bought = buy(ada, "70.00", lines=basket(("tea", "7", 7_000)))

        first = bring(bought, key="1", quantities=pieces(_1="1"))
        then = self.carried()
        second = bring(bought, key="2", quantities=pieces(_1="2"))

        assert (first.taken, then) == ({}, 1_000)
        assert (second.taken, self.carried()) == ({"points": 10}, 4_000)


class TestTheLadder:
    def test_counts_no_more_what_came_back(self, ada: Member):
        bought = buy(ada, "60.00")

        bring(bought, amount_cents=2_000)
        buy(ada, "50.00", key="next")

        ada.refresh_from_db()
        ahead = standing.get_standing(member=ada, at=LATER).to_next
        assert ahead is not None
        assert (ahead.tier, ahead.gap.first) == ("silver", (Measure.SPEND, 1_000))
        assert Purchase.objects.latest("pk").facts["spent_cents"] == 4_000

    def test_keeps_a_tier_until_the_end_of_its_validity(self, ada: Member):
        bought = buy(ada, "100.00")

        bring(bought)

        ada.refresh_from_db()
        now = standing.get_standing(member=ada, at=LATER)
        assert (now.tier.code, now.until) == ("silver", date(2027, 3, 10))  # type: ignore[union-attr]
        then = standing.get_standing(member=ada, at=NOON + timedelta(days=366))
        assert then.tier.code == "member"  # type: ignore[union-attr]

    def test_leaves_what_was_renewed_before_it_came_back(self, ada: Member):
        buy(ada, "100.00", key="first")
        bought = purchasing.record(
            sale=sale(ada, "100.00", occurred_at=NOON + timedelta(days=300)),
            key="second",
            at=NOON + timedelta(days=300),
        )

        bring(bought, at=NOON + timedelta(days=380))

        renewed = TierChange.objects.latest("pk")
        assert (renewed.reason, renewed.until) == ("renewed", date(2028, 3, 10))
        ada.refresh_from_db()
        assert ada.tier_until == date(2028, 3, 10)
