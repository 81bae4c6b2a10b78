"""Who brought whom, on a member's page at the desk; and a referral cancelled with a reason."""

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from members.models import Member
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import words_of
from tests.members.conftest import ada, programme
from tests.members.friends import allow, became, bring, buy, night, of

__all__ = ["ada", "programme"]


@pytest.fixture(autouse=True)
def _noon(programme: object) -> object:
    allow()
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def bob(ada: Member) -> Member:
    return bring(ada)


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def address_of(friend: Member) -> str:
    return reverse("admin:member_referral_cancel", args=[friend.pk, of(friend).pk])


class TestThePageOfAMember:
    def test_says_that_they_came_by_themselves(self, ada: Member, care: Client):
        assert "Came by themselves, and brought nobody." in words_of(care, page_of(ada))

    def test_names_both_sides(self, ada: Member, bob: Member, care: Client):
        assert "brought Bob" in words_of(care, page_of(ada))
        assert "came through Ada Lovelace" in words_of(care, page_of(bob))

    def test_says_what_became_of_it(self, ada: Member, bob: Member, care: Client):
        buy(bob)
        night()

        told = words_of(care, page_of(ada))

        assert "confirmed brought Bob" in told
        assert address_of(bob) not in care.get(page_of(ada)).content.decode()

    def test_offers_nothing_to_who_may_only_look(self, bob: Member, sign_in: SignIn):
        client = sign_in(Role.MARKETING)
        prove(client)

        assert address_of(bob) not in client.get(page_of(bob)).content.decode()
        assert client.get(address_of(bob)).status_code == 403

    def test_names_nobody_of_other_stores(self, ada: Member, bob: Member, sign_in: SignIn):
        lyon = Store.objects.create(code="lyon", name="Lyon")
        Member.objects.filter(pk=ada.pk).update(store=lyon)
        client = sign_in(Role.STORE_MANAGER)
        prove(client)
        user_id = client.session["_auth_user_id"]
        StoreAssignment.objects.create(user_id=user_id, store=lyon)

        told = words_of(client, page_of(ada))

        assert "brought a member of other stores" in told
        assert "Bob" not in told


class TestCancelling:
    def test_asks_why_and_ends_it(self, ada: Member, bob: Member, care: Client):
        asked = words_of(care, address_of(bob))
        answer = care.post(address_of(bob), {"reason": "misuse"}, follow=True)

        assert "Cancel the referral of Bob?" in asked
        assert "The referral is cancelled." in answer.content.decode()
        assert became(bob) == ("CANCELLED", "STAFF")
        last = Member.history.filter(id=bob.pk).order_by("-history_id")[0]
        assert last.history_change_reason == "referral-cancelled:misuse"

    def test_needs_a_reason(self, bob: Member, care: Client):
        care.post(address_of(bob), {"reason": ""})

        assert became(bob) == ("PENDING", "")

    def test_finds_none_that_has_ended(self, bob: Member, care: Client):
        buy(bob)
        night()

        assert care.post(address_of(bob), {"reason": "misuse"}).status_code == 404
        assert became(bob) == ("CONFIRMED", "")
