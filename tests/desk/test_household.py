"""A member's household from their page at the desk: shared, left and ended, with a reason."""

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from loyalty.identity.roles import Role
from members import enrolling, housing
from members.models import HouseholdStay, Member
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import words_of
from tests.members.conftest import ada, programme
from tests.members.homes import allow, buy, enrol, settle, spendable

__all__ = ["ada", "programme"]


@pytest.fixture(autouse=True)
def _noon(programme: object) -> object:
    allow()
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def bob(programme: object) -> Member:
    return enrol("Bob", card="2000000000138")


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


def address_of(member: Member, deed: str = "") -> str:
    return reverse(f"admin:member_household{deed}", args=[member.pk])


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


class TestThePageOfAMember:
    def test_says_that_they_share_with_nobody(self, ada: Member, care: Client):
        told = words_of(care, page_of(ada))

        assert "Shares points with nobody." in told
        assert "Share points with somebody" in told

    def test_names_who_shares(self, ada: Member, bob: Member, care: Client):
        settle(ada, bob)

        told = words_of(care, page_of(ada))

        assert "shares points Bob since" in told
        assert "Share points with somebody" not in told

    def test_keeps_where_they_were(self, ada: Member, bob: Member, care: Client):
        buy(ada, "30.00", "a")
        settle(ada, bob)
        housing.leave(member=ada, at=NOON)

        assert "took 30 points along" in words_of(care, page_of(ada))

    def test_offers_nothing_to_who_may_only_look(self, ada: Member, sign_in: SignIn):
        client = sign_in(Role.MARKETING)
        prove(client)

        assert "Share points with somebody" not in words_of(client, page_of(ada))
        assert client.get(address_of(ada)).status_code == 403


class TestSharing:
    @pytest.mark.parametrize("whom", ["bob@example.org", "2000000000138", "id"])
    def test_brings_two_together(self, ada: Member, bob: Member, care: Client, whom: str):
        buy(bob, "30.00", "b")

        care.post(
            address_of(ada),
            {"whom": bob.public_id if whom == "id" else whom, "reason": "member-asked"},
        )

        assert HouseholdStay.objects.filter(until_at=None).count() == 2
        assert spendable(ada) == 30
        told = words_of(care, page_of(ada))
        assert "joined a household (at the member's request)" in told

    def test_says_what_is_refused(self, ada: Member, bob: Member, care: Client):
        settle(bob)
        settle(ada)

        answer = care.post(address_of(ada), {"whom": "bob@example.org", "reason": "other"})

        assert "They are in a household already." in answer.content.decode()

    def test_asks_for_a_reason(self, ada: Member, bob: Member, care: Client):
        care.post(address_of(ada), {"whom": "bob@example.org"})

        assert HouseholdStay.objects.exists() is False


class TestLeaving:
    def test_is_asked_once_with_what_is_taken(self, ada: Member, bob: Member, care: Client):
        buy(ada, "30.00", "a")
        settle(ada, bob)
        told = words_of(care, address_of(ada, "_leave"))
        assert "what is left of the points that they brought and earned" in told

        care.post(address_of(ada, "_leave"), {"reason": "member-asked"})

        assert (spendable(ada), spendable(bob)) == (30, 0)

    def test_of_who_is_in_none_is_nowhere(self, ada: Member, care: Client):
        assert care.get(address_of(ada, "_leave")).status_code == 404


class TestEnding:
    def test_gives_each_their_own(self, ada: Member, bob: Member, care: Client):
        buy(ada, "30.00", "a")
        buy(bob, "40.00", "b")
        household = settle(ada, bob)

        care.post(address_of(ada, "_end"), {"reason": "misuse"})

        household.refresh_from_db()
        assert household.closed_at is not None
        assert (spendable(ada), spendable(bob)) == (30, 40)


class TestOnesOwnCard:
    def test_is_a_colleagues_to_change(self, care: Client, ada: Member):
        own = enrolling.enrol(at=NOON, first_name="Care", email="customer_care@example.test")

        answer = care.post(address_of(own), {"whom": "ada@example.org", "reason": "other"})

        assert "your own card" in answer.content.decode()
        assert HouseholdStay.objects.exists() is False
