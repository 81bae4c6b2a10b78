"""What each member has once, they have once, in whose account ever it is booked."""

from datetime import date

import pytest

from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members import birthdays, housing, sharing
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import publish
from tests.members.homes import LATER, allow, enrol, settle, spendable

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _households(programme: Programme) -> None:
    allow()
    publish("birthday", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 50}})


def born_today(name: str) -> Member:
    return enrol(name, birthday=(3, 10))


class TestABirthday:
    def test_gives_each_of_a_household_their_own(self):
        ada, bob = born_today("Ada"), born_today("Bob")
        settle(ada, bob)

        assert birthdays.give(day=DAY, at=NOON) == 2
        assert birthdays.give(day=DAY, at=NOON) == 0

        assert spendable(ada) == spendable(bob) == 100
        said = Entry.objects.filter(kind="EARN").values_list("reference", flat=True)
        assert sorted(said) == sorted(f"birthday:2026:{member.public_id}" for member in (ada, bob))

    def test_gives_nothing_again_to_who_left(self):
        ada, bob = born_today("Ada"), enrol("Bob")
        settle(ada, bob)
        birthdays.give(day=DAY, at=NOON)
        housing.leave(member=ada, at=NOON)

        assert birthdays.give(day=DAY, at=LATER) == 0

        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (50, 0)

    def test_gives_nothing_again_to_who_joined(self):
        ada = born_today("Ada")
        birthdays.give(day=DAY, at=NOON)
        settle(ada)

        assert birthdays.give(day=DAY, at=LATER) == 0


class TestOwners:
    def test_are_all_who_share_and_act(self):
        ada, bob, cleo = enrol("Ada"), enrol("Bob"), enrol("Cleo")
        household = settle(ada, bob)

        owners = sharing.get_owners(holder_ids=[household.holder_id, cleo.holder_id])

        assert owners == {household.holder_id: [ada, bob], cleo.holder_id: [cleo]}
