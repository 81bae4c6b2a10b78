"""Tills that come back at once: a member loses no more in a day than the programme allows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from loyalty.ledger import verifying
from loyalty.programmes import revising, setting_up
from loyalty.programmes.models import Programme
from members import enrolling, purchasing
from members.models import Member, OfflineSpending
from members.selling import Payment
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def ada() -> Member:
    """Somebody with 1000 points, of whom tills may let 500 go in a day."""
    setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        at=NOON - timedelta(days=800),
    )
    Programme.objects.update(offline_points=500)
    revising.touch()
    member = enrolling.enrol(at=NOON - timedelta(days=400), card="2000 0000 0012 1")
    purchasing.record(sale=sale(member, "1000.00"), key="rich", at=NOON)
    return member


class TestEightTillsAtOnce:
    def test_take_the_allowance_and_not_a_point_more(self, ada: Member):
        paid = [Payment(means="points", amount_cents=90, points=90, offline=True)]

        at_once(
            lambda place: purchasing.record(
                sale=sale(ada, "0.90", payments=paid), key=f"sale-{place}", at=NOON
            ),
            calls=8,
        )

        taken = OfflineSpending.objects.order_by("-taken").values_list("taken", flat=True)
        assert list(taken) == [90, 90, 90, 90, 90, 50, 0, 0]
        assert points_of(ada, at=NOON) == 500
        assert verifying.verify().first_fault is None
