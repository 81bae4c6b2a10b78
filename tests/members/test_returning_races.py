"""Returns of one sale at the same moment: real threads, on PostgreSQL."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from loyalty.core.refusals import Refusal
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes import setting_up
from members import enrolling, purchasing, returning
from members.models import Member, Purchase, Return
from members.returning import Brought
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 8


@pytest.fixture
def ada() -> Member:
    setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        at=NOON - timedelta(days=800),
    )
    return enrolling.enrol(at=NOON - timedelta(days=400), card="2000 0000 0012 1")


def bring(bought: Purchase, *, key: str, cents: int) -> str:
    brought = Brought(purchase=bought, occurred_at=NOON, amount_cents=cents)
    try:
        returning.record(brought=brought, key=key, at=NOON)
    except Refusal as refusal:
        return refusal.code
    return "returned"


class TestEightAtOnce:
    def test_never_take_more_than_the_sale_earned(self, ada: Member):
        bought = purchasing.record(sale=sale(ada, "100.00"), key="sale", at=NOON)

        said = at_once(lambda n: bring(bought, key=f"{n}", cents=3_000), calls=THREADS)

        assert Counter(said) == {"returned": 3, "return-exceeds-sale": 5}
        bought.refresh_from_db()
        assert (bought.returned_cents, points_of(ada, at=NOON)) == (9_000, 10)
        assert verifying.verify().first_fault is None

    def test_with_one_key_are_one_return(self, ada: Member):
        bought = purchasing.record(sale=sale(ada, "100.00"), key="sale", at=NOON)

        said = at_once(lambda _n: bring(bought, key="same", cents=3_000), calls=THREADS)

        assert Counter(said) == {"returned": THREADS}
        assert (Return.objects.count(), points_of(ada, at=NOON)) == (1, 70)

    def test_of_nobodys_sale_give_back_no_more_than_was_paid(self, ada: Member):
        bought = purchasing.record(sale=sale(None, "100.00"), key="sale", at=NOON)

        said = at_once(lambda n: bring(bought, key=f"{n}", cents=3_000), calls=THREADS)

        assert Counter(said) == {"returned": 3, "return-exceeds-sale": 5}
        bought.refresh_from_db()
        assert bought.returned_cents == 9_000

    def test_and_sales_and_returns_mixed_leave_a_book_that_adds_up(self, ada: Member):
        bought = purchasing.record(sale=sale(ada, "100.00"), key="sale", at=NOON)

        def act(number: int) -> str:
            if number % 2:
                return bring(bought, key=f"{number}", cents=2_500)
            purchasing.record(sale=sale(ada, "10.00"), key=f"{number}", at=NOON)
            return "sold"

        said = at_once(act, calls=THREADS)

        assert Counter(said) == {"returned": 4, "sold": 4}
        assert points_of(ada, at=NOON) == 40
        taken = Entry.objects.filter(kind=Kind.CLAWBACK).values_list("points", flat=True)
        assert list(taken) == [-25] * 4
        assert verifying.verify().first_fault is None
