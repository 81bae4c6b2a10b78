"""Merging two memberships from a member's page: found, looked at, done, and undone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from members import blocking, consenting, enrolling
from members.consenting import Said
from members.models import Member, MemberState, Merge
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.members.builders import give_voucher, points_of
from tests.members.conftest import ada, programme
from tests.members.twins import buy, merge, twin

__all__ = ["ada", "programme", "twin"]


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def care(sign_in: SignIn) -> Client:
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


def address_of(member: Member, other: Member | None = None) -> str:
    address = reverse("admin:member_merge", args=[member.pk])
    return f"{address}?other={other.pk}" if other else address


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


class TestTheChoice:
    def test_offers_who_may_be_the_same(self, ada: Member, twin: Member, care: Client):
        enrolling.enrol(at=NOON, first_name="Grace", last_name="Hopper")

        told = words_of(care, address_of(ada))

        assert "Perhaps the same person" in told
        assert "Ada Lovelace ada.l@example.org 2000000000139 member since 14 May 2025" in told
        assert "Grace" not in told

    def test_offers_who_has_the_phone_that_they_say_is_theirs(self, ada: Member, care: Client):
        enrolling.enrol(at=NOON, first_name="Augusta", phone="+33612345678")
        Member.objects.filter(pk=ada.pk).update(phone_claimed="+33612345678")

        assert "Augusta" in words_of(care, address_of(ada))

    def test_finds_by_what_is_typed(self, ada: Member, twin: Member, care: Client):
        enrolling.enrol(at=NOON, first_name="Grace", last_name="Hopper")

        told = words_of(care, f"{address_of(ada)}?q=hop")

        assert "Found Grace Hopper" in told
        assert "ada.l@example.org" not in told

    def test_costs_the_same_for_2_who_may_be_and_for_9(self, ada: Member, care: Client):
        def fill(start: int, stop: int) -> int:
            for n in range(start, stop):
                enrolling.enrol(
                    at=NOON, first_name="Ada", last_name="Lovelace", email=f"a{n}@example.org"
                )
            return queries_of(care, address_of(ada))

        assert fill(0, 2) == fill(2, 9)


class TestTheLook:
    def test_says_what_would_come_along(self, ada: Member, twin: Member, care: Client):
        buy(ada, "60.00", "a")
        buy(twin, "60.00", "b")
        give_voucher(twin)
        for who, is_given in ((ada, True), (twin, False)):
            said = Said(channel="EMAIL", purpose="MARKETING", is_given=is_given, text_version="1")
            consenting.say(member=who, said=said, at=NOON)

        told = words_of(care, address_of(ada, twin))

        assert "This membership goes name Ada Lovelace e-mail ada.l@example.org" in told
        assert "Points 60 60 120" in told
        assert "cards 1 purchases 1 vouchers 1 rewards taken 0 notes 0" in told
        assert "Tier Member → Silver until 10 March 2027" in told
        assert "Consents that end E-mail · offers and news" in told
        assert Member.objects.get(pk=twin.pk).state == MemberState.ACTIVE

    def test_says_that_an_objection_to_surveys_comes_along(
        self, ada: Member, twin: Member, care: Client
    ):
        consenting.object_to(member=twin, channel="EMAIL", purpose="SURVEYS", at=NOON)

        told = words_of(care, address_of(ada, twin))

        assert "Consents that end E-mail · surveys of satisfaction" in told

    def test_says_why_not(self, ada: Member, twin: Member, care: Client):
        blocking.block(member=twin, at=NOON, actor="user:1")

        told = words_of(care, address_of(ada, twin))

        assert "This member is blocked. Nothing can be earned or spent." in told
        assert "The other way round" not in told

    @pytest.mark.parametrize("other", ["999999", "x", "9" * 30, "²"])
    def test_is_of_somebody_there(self, ada: Member, care: Client, other: str):
        assert care.get(f"{address_of(ada)}?other={other}").status_code == 404


class TestTheDeed:
    def test_makes_them_one_and_says_so(self, ada: Member, twin: Member, care: Client):
        buy(twin, "60.00", "b")

        answer = care.post(address_of(ada, twin), {"reason": "duplicate", "key": "k1"})

        assert answer["Location"] == page_of(ada)
        assert points_of(ada, at=NOON) == 60
        merged = Merge.objects.get()
        assert (merged.source, merged.target, merged.reason) == (twin, ada, "duplicate")
        told = words_of(care, page_of(ada))
        assert "Merged memberships Ada Lovelace ada.l@example.org 10 Mar 2026 Undo" in told
        assert "another membership merged into this one (two memberships of the same" in told

    def test_pressed_twice_is_done_once(self, ada: Member, twin: Member, care: Client):
        for _time in range(2):
            care.post(address_of(ada, twin), {"reason": "duplicate", "key": "k1"})

        assert Merge.objects.count() == 1

    def test_needs_a_reason(self, ada: Member, twin: Member, care: Client):
        assert care.post(address_of(ada, twin), {"key": "k1"}).status_code == 200
        assert Merge.objects.exists() is False

    def test_asks_who_it_is_first(self, ada: Member, twin: Member, sign_in: SignIn):
        client = sign_in(Role.CUSTOMER_CARE)

        answer = client.post(address_of(ada, twin), {"reason": "duplicate", "key": "k1"})

        assert answer["Location"].startswith(reverse("admin:again"))
        assert Merge.objects.exists() is False

    def test_is_refused_for_ones_own_card(self, ada: Member, twin: Member, care: Client):
        own = User.objects.get(email="customer_care@example.test")
        Member.objects.filter(pk=twin.pk).update(email=own.email)

        care.post(address_of(ada, twin), {"reason": "duplicate", "key": "k1"})

        assert Merge.objects.exists() is False


class TestTheWayBack:
    def test_is_on_both_pages(self, ada: Member, twin: Member, care: Client):
        buy(twin, "60.00", "b")
        merge(twin, ada, User.objects.create_superuser("a@example.test"))
        told = words_of(care, page_of(twin))
        assert "Merged into another membership, which has what was here." in told
        assert "Undo the merge" in told

        answer = care.post(reverse("admin:member_unmerge", args=[twin.pk]), {"reason": "mistake"})

        assert answer["Location"] == page_of(twin)
        assert points_of(twin, at=NOON) == 60
        assert Member.objects.get(pk=twin.pk).state == MemberState.ACTIVE

    def test_is_not_there_for_who_was_not_merged(self, ada: Member, care: Client):
        assert care.get(reverse("admin:member_unmerge", args=[ada.pk])).status_code == 404

    def test_is_refused_with_words(self, ada: Member, twin: Member, care: Client):
        boss = User.objects.create_superuser("a@example.test")
        third = enrolling.enrol(at=NOON - timedelta(days=1))
        merge(twin, ada, boss)
        merge(ada, third, boss, key="b")

        answer = care.post(reverse("admin:member_unmerge", args=[twin.pk]), {"reason": "mistake"})

        assert "The other one was merged since: undo that first." in answer.content.decode()
