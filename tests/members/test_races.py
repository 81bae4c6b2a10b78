"""Ten at the same moment: real threads, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from loyalty.core.refusals import Refusal
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry, Holder
from loyalty.programmes import setting_up
from members import enrolling, purchasing
from members.models import Card, Member, Purchase, TierChange
from tests import racing
from tests.conftest import NOON
from tests.members.builders import points_of, sale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 10


@pytest.fixture
def ada() -> Member:
    setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[("silver", 10_000)],
        at=NOON - timedelta(days=30),
    )
    return enrolling.enrol(at=NOON - timedelta(days=10), email="ada@example.org")


def at_once(action: Callable[[int], str]) -> Counter[str]:
    """Do it in ten threads that start together; say how each ended, and how often."""

    def run(number: int) -> str:
        try:
            return action(number)
        except Refusal as refusal:
            return refusal.code

    return Counter(racing.at_once(run, calls=THREADS))


class TestOneKey:
    def test_has_one_effect_and_one_answer(self, ada: Member):
        ended = at_once(lambda _n: purchasing.record(sale=sale(ada), key="k", at=NOON).public_id)

        assert ended == {Purchase.objects.get().public_id: 10}
        assert Entry.objects.count() == 1
        assert points_of(ada, at=NOON) == 20
        assert verifying.verify().first_fault is None

    def test_of_an_anonymous_sale_has_one_effect(self, ada: Member):
        ended = at_once(lambda _n: purchasing.record(sale=sale(None), key="k", at=NOON).public_id)

        assert ended == {Purchase.objects.get().public_id: 10}


class TestOneReceipt:
    def test_is_recorded_once(self, ada: Member):
        ended = at_once(
            lambda n: (
                purchasing.record(sale=sale(ada, receipt="R1", till="T1"), key=f"k{n}", at=NOON)
                and "done"
            )
        )

        assert ended == {"done": 1, "duplicate-receipt": 9}
        assert points_of(ada, at=NOON) == 20


class TestOneMember:
    def test_loses_no_sale_and_reaches_the_tier_once(self, ada: Member):
        ended = at_once(
            lambda n: purchasing.record(sale=sale(ada, "19.99"), key=f"k{n}", at=NOON) and "done"
        )

        assert ended == {"done": 10}
        assert points_of(ada, at=NOON) == 190
        assert TierChange.objects.filter(to_tier__code="silver").count() == 1
        spent = sorted(purchase.facts["spent_cents"] for purchase in Purchase.objects.all())
        assert spent == [1_999 * n for n in range(10)]
        assert verifying.verify().first_fault is None


class TestOneEmail:
    def test_enrols_one_person(self, ada: Member):
        ended = at_once(lambda _n: enrolling.enrol(at=NOON, email="grace@example.org") and "done")

        assert ended == {"done": 1, "identifier-taken": 9}
        assert (Member.objects.count(), Holder.objects.count(), Card.objects.count()) == (2, 2, 2)

    def test_and_one_key_gives_everybody_the_same_member(self, ada: Member):
        ended = at_once(
            lambda _n: enrolling.enrol(at=NOON, key="k", email="grace@example.org").public_id
        )

        assert sorted(ended.values()) == [10]
        assert Member.objects.count() == 2
