"""What a rule carries of a member's purchases below one step, counted with the purchase."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core.refusals import ValidationFailed
from loyalty.ledger import posting
from loyalty.programmes.models import Programme
from members import purchasing
from members.importing import purchases
from members.models import CarriedAmount, Member, Purchase
from members.purchasing import SaleLine
from tests.conftest import NOON
from tests.members.builders import moved, points_of, publish, sale
from tests.members.conftest import Writer
from tests.racing import at_once

FIFTY = {"then": {"give": "rate", "points": "10", "per_cents": 5_000, "carries": True}}


def carried() -> dict[str, int]:
    return dict(CarriedAmount.objects.values_list("rule", "cents"))


def bought(member: Member, *euros: str) -> list[Purchase]:
    return [
        purchasing.record(sale=sale(member, one), key=f"k{number}", at=NOON)
        for number, one in enumerate(euros)
    ]


@pytest.fixture
def fifty(ada: Member) -> None:
    publish("fifty", FIFTY)


class TestAPurchase:
    def test_counts_with_the_next_what_is_below_one_step(self, ada: Member, fifty: None):
        first, second = bought(ada, "30.00", "20.00")

        assert (first.points, second.points) == (30, 30)
        assert carried() == {"fifty": 0}
        assert second.award["carried"] == [
            {"rule": "fifty", "before_cents": 3_000, "after_cents": 0}
        ]
        assert second.facts["carried"] == {"fifty": 3_000}

    def test_again_counts_once(self, ada: Member, fifty: None):
        bought(ada, "30.00")
        bought(ada, "30.00")

        assert carried() == {"fifty": 3_000}

    def test_that_is_refused_counts_nothing(self, ada: Member, fifty: None):
        bought(ada, "30.00")
        before = moved()

        with pytest.raises(posting.KeyReused):
            bought(ada, "31.00")
        odd = sale(ada, "9.00", lines=[SaleLine(amount_cents=1)])
        with pytest.raises(ValidationFailed):
            purchasing.record(sale=odd, key="odd", at=NOON)

        assert (carried(), moved()) == ({"fifty": 3_000}, before)

    def test_is_previewed_with_what_was_carried(self, ada: Member, fifty: None):
        bought(ada, "30.00")

        award = purchasing.preview(sale=sale(ada, "20.00"), at=NOON)

        assert (award.points, carried()) == (30, {"fifty": 3_000})

    def test_costs_the_same_with_one_rule_that_carries_or_ten(self, ada: Member, fifty: None):
        def statements(key: str) -> int:
            with CaptureQueriesContext(
                connection,
            ) as taken:
                purchasing.record(sale=sale(ada, "1.00"), key=key, at=NOON)
            return len(taken)

        statements("warm")
        one = statements("one")
        for number in range(9):
            publish(f"more-{number}", FIFTY)
        statements("warm-again")

        assert statements("ten") == one


class TestAFile:
    def test_carries_over_from_row_to_row_and_on_to_the_till(
        self, programme: Programme, write: Writer
    ):
        publish("fifty", FIFTY)
        file = "member,date,amount\nm1,2026-03-01,30.00\nm1,2026-03-02,30.00\nm1,2026-03-03,25\n"

        foreseen = purchases.bring_in(path=write(file), at=NOON, is_dry_run=True, does_weigh=True)
        purchases.bring_in(path=write(file), at=NOON)

        member = Member.objects.get()
        assert points_of(member, at=NOON) == 95
        assert foreseen.points == 95
        assert carried() == {"fifty": 3_500}
        assert purchasing.record(sale=sale(member, "15.00"), key="a", at=NOON).points == 25


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenTillsAtOnce:
    def test_lose_no_cent_and_give_no_point_twice(self, ada: Member, fifty: None):
        def buy(number: int) -> None:
            purchasing.record(sale=sale(ada, "12.00"), key=f"k{number}", at=NOON)

        at_once(buy, calls=10)

        # 120.00 in all: 120 points of the base, two steps of fifty, 20.00 left.
        assert (points_of(ada, at=NOON), carried()) == (140, {"fifty": 2_000})
