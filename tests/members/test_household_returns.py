"""What comes back after somebody has left a household."""

from collections.abc import Iterator

import pytest

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.programmes.models import HouseholdRule, Programme
from members import closing, housing
from members.models import Member
from tests.conftest import NOON
from tests.members.homes import LATER, allow, bring_back, buy, enrol, settle, spendable, take
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound_books(programme: Programme) -> Iterator[None]:
    allow()
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob")


@pytest.fixture
def carer(programme: Programme) -> User:
    return appoint(Role.CUSTOMER_CARE)


class TestAReturnAfterLeaving:
    """Who earned it pays first, up to what they took along; the household, what it used."""

    def test_is_paid_by_who_took_their_share(self, ada: Member, bob: Member):
        settle(ada, bob)
        bought = buy(ada, "80.00", "a")
        buy(bob, "100.00", "b")
        housing.leave(member=ada, at=NOON)

        bring_back(bought)

        assert spendable(ada, at=LATER) == 0
        assert spendable(bob, at=LATER) == 100

    def test_is_paid_by_the_household_that_kept_it(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        settle(ada, bob)
        bought = buy(ada, "80.00", "a")
        buy(bob, "100.00", "b")
        housing.leave(member=ada, at=NOON)
        buy(ada, "50.00", "c")

        bring_back(bought)

        assert spendable(ada, at=LATER) == 50
        assert spendable(bob, at=LATER) == 100

    def test_asks_the_household_for_what_it_had_spent(self, ada: Member, bob: Member, carer: User):
        settle(ada, bob)
        bought = buy(ada, "80.00", "a")
        take(bob, 30, carer)
        housing.leave(member=ada, at=NOON)
        assert spendable(ada) == 50

        bring_back(bought)

        assert spendable(ada, at=LATER) == 0
        assert spendable(bob, at=LATER) == -30

    def test_of_what_was_bought_before_is_shared_in_the_same_way(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        bought = buy(ada, "80.00", "a")
        settle(ada, bob)
        housing.leave(member=ada, at=NOON)
        buy(ada, "50.00", "c")

        bring_back(bought)

        assert spendable(ada, at=LATER) == 50
        assert spendable(bob, at=LATER) == 0

    def test_in_parts_takes_no_more_than_it_gave(self, ada: Member, bob: Member):
        settle(ada, bob)
        bought = buy(ada, "100.00", "a")
        housing.leave(member=ada, at=NOON)

        for number, cents in enumerate((3_333, 3_333, 3_334)):
            bring_back(bought, cents=cents, key=f"r{number}")

        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (0, 0)

    def test_by_somebody_who_left_the_programme_moves_nothing_of_theirs(
        self, ada: Member, bob: Member
    ):
        settle(ada, bob)
        bought = buy(ada, "80.00", "a")
        buy(bob, "100.00", "b")
        closing.close(member=ada, key="bye", at=NOON)

        bring_back(bought)

        assert spendable(bob, at=LATER) == 100
