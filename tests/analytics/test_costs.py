"""What the programme cost: spread evenly to the cent, and rewards by their worth when given."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import costs
from analytics.measures.registry import get_measure
from analytics.models import Cost, CostCategory
from analytics.periods import Period, day
from analytics.scopes import Scope, get_scope
from loyalty.ledger import posting
from loyalty.programmes import revising
from loyalty.programmes.models import Programme
from members import holding, purchasing, returning, vouchering
from members.holding import Asked
from members.models import Member, OfflineSpending
from members.returning import Brought
from members.selling import Payment
from rewards import redeeming
from tests.analytics.builders import enter_costs, hand_out, make_members, make_programme
from tests.analytics.test_facts import undone
from tests.conftest import NOON
from tests.members.builders import sale
from tests.members.conftest import ada, programme
from tests.rewards.conftest import offer

__all__ = ["ada", "programme"]

pytestmark = pytest.mark.django_db

MARCH = Period(day("2026-03-01"), day("2026-03-31"))
FIRST = date(2026, 1, 20)


def march() -> Scope:
    return get_scope(period=MARCH, at=NOON + timedelta(days=60))


def cost_of_rewards() -> int:
    measure = get_measure(code="reward_cost")
    figure = measure.compute(march())
    assert measure.drill(march()).get_total() == figure.numerator == figure.value
    return int(figure.value)


@settings(max_examples=40, deadline=None)
@given(
    cents=st.integers(1, 10_000),
    length=st.integers(1, 70),
    cuts=st.lists(st.integers(-10, 90), max_size=4),
)
def test_the_parts_of_a_cost_add_up_to_it_wherever_they_are_cut(
    cents: int, length: int, cuts: list[int]
) -> None:
    with undone():
        last = FIRST + timedelta(length - 1)
        enter_costs([("STAFF", FIRST.isoformat(), last.isoformat(), cents)])
        ends = sorted({-20, *cuts, 100})

        parts = [
            costs.entered(Period(FIRST + timedelta(start + 1), FIRST + timedelta(end))).get_total()
            for start, end in pairwise(ends)
        ]

        assert sum(parts) == cents
        assert min(parts) >= 0


class TestEntered:
    def test_counts_each_day_of_a_spread_cost_alike(self) -> None:
        enter_costs([("SERVICE", "2026-03-30", "2026-04-02", 1_001)])

        days = [
            costs.entered(Period(on, on)).get_total()
            for on in map(day, ("2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"))
        ]

        assert days == [250, 250, 250, 251]
        assert costs.entered(MARCH, CostCategory.STAFF).get_total() == 0


class TestRewardsGiven:
    def test_count_what_they_were_worth_then(self, ada: Member) -> None:
        purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
        coffee = offer("Coffee", cost=200, stock=3, value_cents=280)
        redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON)
        coffee.value_cents = 990
        coffee.save()

        assert cost_of_rewards() == 280

    def test_are_taken_off_again_on_the_day_of_the_cancellation(self, ada: Member) -> None:
        purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
        coffee = offer("Coffee", cost=200, stock=3, value_cents=280)
        kept, given_up = (
            redeeming.redeem(member=ada, reward=coffee, key=key, at=NOON) for key in "ab"
        )
        redeeming.cancel(redemption=given_up, key="c", at=NOON + timedelta(days=40))
        april = get_scope(
            period=Period(day("2026-04-01"), day("2026-04-30")), at=NOON + timedelta(days=60)
        )

        assert kept.voucher.value_cents == 280
        assert cost_of_rewards() == 560
        assert costs.given(april).get_total() == -280

    def test_without_a_worth_or_void_cost_nothing(self) -> None:
        make_programme()
        bea = make_members(["bea"])["bea"]
        hand_out(bea, None, NOON)
        voucher = hand_out(bea, 500, NOON)
        hand_out(bea, 70, NOON)
        vouchering.cancel(voucher=voucher)

        assert cost_of_rewards() == 70

    def test_include_what_points_paid_at_a_till_until_it_is_given_back(self, ada: Member) -> None:
        purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
        held = holding.hold(asked=Asked(member=ada, points=700), key="k", at=NOON)
        captured = holding.capture(held=held, points=600, key="c", at=NOON)
        paid = cost_of_rewards()

        with transaction.atomic():
            posting.refund(
                entry=captured.hold.closing, points=100, key="r", at=NOON, grace_days=None
            )

        assert (paid, cost_of_rewards()) == (600, 500)

    def test_include_what_points_let_go_offline_paid_until_it_is_given_back(
        self, ada: Member
    ) -> None:
        Programme.objects.update(offline_points=500)
        revising.touch()
        purchasing.record(sale=sale(ada, "400.00"), key="some", at=NOON)
        paid = [Payment(means="points", amount_cents=500, points=500, offline=True)]
        told = sale(ada, "5.00", payments=paid, occurred_at=NOON)
        bought = purchasing.record(sale=told, key="s", at=NOON)
        used = cost_of_rewards()

        brought = Brought(purchase=bought, occurred_at=NOON, amount_cents=100)
        returning.record(brought=brought, key="r", at=NOON)

        # 400 of the 500 points were there, and with a fifth of the sale a fifth of them came back.
        assert (used, cost_of_rewards()) == (400, 320)

    def test_include_nothing_for_points_worth_no_cent(self, ada: Member) -> None:
        Programme.objects.update(offline_points=500, value_of_point="0.0040")
        revising.touch()
        purchasing.record(sale=sale(ada, "2.00"), key="some", at=NOON)
        paid = [Payment(means="points", amount_cents=200, points=500, offline=True)]
        purchasing.record(sale=sale(ada, "2.00", payments=paid), key="s", at=NOON)

        assert OfflineSpending.objects.get().taken == 2
        assert cost_of_rewards() == 0


class TestACostOfADay:
    def test_may_not_end_before_it_begins_or_cost_nothing(self) -> None:
        for first, last, cents in (("2026-03-02", "2026-03-01", 5), ("2026-03-01",) * 2 + (0,)):
            with pytest.raises(IntegrityError, match="analytics_cost_"), transaction.atomic():
                enter_costs([("STAFF", first, last, cents)])

        assert Cost.objects.exists() is False
