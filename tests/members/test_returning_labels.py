"""What is left of a sale is seen with the labels, the tax and the payments that it had."""

from decimal import Decimal
from typing import Any

from loyalty.programmes import revising
from loyalty.programmes.models import Programme
from members import purchasing
from members.models import Member, Purchase
from members.purchasing import Payment, SaleLine
from tests.conftest import NOON
from tests.members.bringing import LATER, bring, pieces
from tests.members.builders import points_of, publish, sale

# Two of 10.00 by Illy, of which 1.00 tax, and one of 30.00 that is new.
LINES = (
    SaleLine(amount_cents=2_000, quantity=Decimal(2), brand="Illy", tax_cents=200),
    SaleLine(amount_cents=3_000, tags=["new"], tax_cents=500),
)


def bought(member: Member, **said: Any) -> Purchase:
    return purchasing.record(
        sale=sale(member, "50.00", lines=LINES, till="T1", **said), key="a", at=NOON
    )


class TestAReturn:
    def test_takes_back_what_a_brand_gave_on_what_came_back(self, ada: Member):
        rate = {"give": "rate", "points": "1", "per_cents": 100}
        publish("illy", {"when": {"brands": ["Illy"], "tills": ["T1"]}, "then": rate})
        purchase = bought(ada)

        given = bring(purchase, quantities=pieces(_1="1"))

        assert purchase.points == 70
        assert given.taken == {"points": 20}
        assert points_of(ada, at=LATER) == 50

    def test_takes_back_nothing_for_what_a_gift_card_paid(self, ada: Member):
        Programme.objects.update(unearning_means=["gift-card"])
        revising.touch()
        paid = [
            Payment(means="gift-card", amount_cents=2_500),
            Payment(means="card", amount_cents=2_500),
        ]
        purchase = bought(ada, payments=paid)

        given = bring(purchase, quantities=pieces(_2="1"))

        assert purchase.points == 25
        assert given.taken == {"points": 15}
        assert points_of(ada, at=LATER) == 10

    def test_leaves_the_tax_out_where_the_programme_does(self, ada: Member):
        Programme.objects.update(counts_tax=False)
        revising.touch()
        purchase = bought(ada)

        given = bring(purchase, quantities=pieces(_1="1"))

        assert purchase.points == 43
        assert given.taken == {"points": 9}
        assert points_of(ada, at=LATER) == 34
