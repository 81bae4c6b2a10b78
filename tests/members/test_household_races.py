"""Members of one household who act at the same moment as each other, or as they join."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from loyalty.programmes.models import Programme
from members import housing
from members.models import HouseholdStay, Member
from tests.conftest import NOON
from tests.members.homes import LATER, allow, bring_back, buy, enrol, settle, spendable
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture(autouse=True)
def _sound_books(programme: Programme) -> Iterator[None]:
    allow()
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob")


def ended(work: Callable[[], object]) -> str:
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return "done"


@posting.retried
@transaction.atomic
def spend(member: Member, points: int, key: str) -> Entry:
    account = posting.lock(member.holder_id)["points"]
    return posting.redeem(account=account, points=points, reference="", key=key, at=NOON)


class TestTwoWhoSpendAtOnce:
    def test_never_spend_a_point_twice(self, ada: Member, bob: Member):
        buy(ada, "100.00", "a")
        settle(ada, bob)

        def act(number: int) -> str:
            member = (ada, bob)[number % 2]
            return ended(lambda: spend(member, 30, f"k{number}"))

        assert Counter(at_once(act, calls=8)) == {"done": 3, "insufficient-points": 5}
        assert spendable(ada) == spendable(bob) == 10


class TestSpendingWhileJoining:
    def test_spends_what_was_ones_own_or_what_is_shared(self, ada: Member, bob: Member):
        buy(ada, "100.00", "a")
        buy(bob, "40.00", "b")
        household = settle(ada)

        def act(number: int) -> str:
            if number == 0:
                return ended(lambda: housing.join(household=household, member=bob, at=NOON))
            return ended(lambda: spend(bob, 40, f"k{number}"))

        # Alone Bob has 40; with Ada 140: of five spendings of 40 at most three go through.
        told = Counter(at_once(act, calls=6))
        spent = told["done"] - 1
        assert set(told) <= {"done", "insufficient-points"}
        assert 1 <= spent <= 3
        assert spendable(ada) == spendable(bob) == 140 - 40 * spent
        assert Account.objects.get(holder=bob.holder_id, wallet__code="points").available == 0


class TestTwoWhoJoinAtOnce:
    def test_leave_no_more_than_the_programme_lets_in(self, ada: Member, bob: Member):
        allow(size=2)
        household = settle(ada)
        guests = [bob, *(enrol(f"Guest{number}") for number in range(3))]

        def act(number: int) -> str:
            member = guests[number]
            return ended(lambda: housing.join(household=household, member=member, at=NOON))

        assert Counter(at_once(act, calls=4)) == {"done": 1, "household-full": 3}

    def test_of_the_same_one_join_once(self, ada: Member, bob: Member):
        household = settle(ada)

        def act(_number: int) -> str:
            return ended(lambda: housing.join(household=household, member=bob, at=NOON))

        assert Counter(at_once(act, calls=4)) == {"done": 1, "already-in-household": 3}


class TestTheLastTwoWhoLeaveAtOnce:
    def test_share_what_there_is_and_end_it(self, ada: Member, bob: Member):
        buy(ada, "100.00", "a")
        buy(bob, "40.00", "b")
        household = settle(ada, bob)

        def act(number: int) -> str:
            return ended(lambda: housing.leave(member=(ada, bob)[number], at=NOON))

        assert Counter(at_once(act, calls=2)) == {"done": 2}
        assert (spendable(ada), spendable(bob)) == (100, 40)
        household.refresh_from_db()
        assert household.closed_at == NOON


class TestAReturnWhileLeaving:
    def test_takes_what_the_sale_gave_once(self, ada: Member, bob: Member):
        settle(ada, bob)
        bought = buy(ada, "100.00", "a")
        buy(bob, "70.00", "b")

        def act(number: int) -> str:
            if number == 0:
                return ended(lambda: housing.leave(member=ada, at=LATER))
            return ended(lambda: bring_back(bought))

        assert Counter(at_once(act, calls=2)) == {"done": 2}
        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (0, 70)
        assert HouseholdStay.objects.get(member=ada).until_at == LATER
