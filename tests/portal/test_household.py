"""Sharing points from a member's own pages: found, invite, accept, leave."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from members import enrolling, housing, inviting, signing_in
from members.models import HouseholdInvitation, HouseholdStay, Member
from tests.conftest import NOON
from tests.members.homes import allow, buy, settle, spendable

# The session, the user, the member, the revision of the rules; the stay, the invitations.
QUERIES = 6
# And who is in it, and three for the balance: their accounts, the household's, its lots.
AT_HOME = QUERIES + 4
# The first five, who is left, the balance, the member's own account, and four for their lots.
LEAVING = 5 + 1 + 3 + 1 + 4


@pytest.fixture(autouse=True)
def _noon(shop: None) -> object:
    allow()
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def ada() -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", last_name="Lovelace", email="ada@shop.test")


@pytest.fixture
def bob() -> Member:
    return enrolling.enrol(at=NOON, first_name="Bob", last_name="Builder", email="bob@shop.test")


def browser_of(member: Member, *, language: str = "en") -> Client:
    Member.objects.filter(pk=member.pk).update(language=language)
    browser = Client()
    browser.force_login(signing_in.open_user(member=member))
    return browser


def page_of(member: Member, path: str = "/me/household/", *, language: str = "en") -> str:
    page = browser_of(member, language=language).get(path).content.decode()
    return " ".join(page.split())


def act(member: Member, action: str, **said: str) -> str:
    answer = browser_of(member).post("/me/household/", {"action": action, **said}, follow=True)
    return " ".join(answer.content.decode().split())


class TestThePage:
    def test_is_reached_from_ones_details(self, ada: Member):
        assert 'href="/me/household/"' in page_of(ada, "/me/profile/")

    def test_is_not_offered_where_there_are_no_households(self, ada: Member):
        allow("")

        assert 'href="/me/household/"' not in page_of(ada, "/me/profile/")
        assert "This programme has no households." in page_of(ada)

    def test_says_the_rule_before_anything_is_shared(self, ada: Member):
        page = page_of(ada, language="fr")

        assert "Créer un foyer" in page
        assert "Qui part emporte ce qui reste des points apportés et gagnés." in page

    def test_says_the_other_rule(self, ada: Member):
        allow("NOTHING")

        assert "Whoever leaves takes no points along" in page_of(ada)

    def test_shows_first_names_alone(self, ada: Member, bob: Member):
        buy(bob, "30.00")
        settle(ada, bob)

        page = page_of(ada)

        assert "Bob" in page
        assert "Builder" not in page
        assert "bob@shop.test" not in page
        assert "Ada (you)" in page

    def test_costs_as_much_however_many_share(
        self, ada: Member, bob: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        browser = browser_of(ada)
        with django_assert_num_queries(QUERIES):
            browser.get("/me/household/")
        household = settle(ada, bob)
        with django_assert_num_queries(AT_HOME):
            browser.get("/me/household/")
        more = enrolling.enrol(at=NOON, first_name="Cleo")
        housing.join(household=household, member=more, at=NOON)
        with django_assert_num_queries(AT_HOME):
            browser.get("/me/household/")


class TestFounding:
    def test_lets_them_invite(self, ada: Member):
        page = act(ada, "found")

        assert HouseholdStay.objects.get().member == ada
        assert "You share your points from now on." in page
        assert 'name="whom"' in page


class TestInviting:
    def test_asks_and_says_so(self, ada: Member, bob: Member):
        settle(ada)

        page = act(ada, "invite", whom="bob@shop.test")

        assert HouseholdInvitation.objects.get().member == bob
        assert "If they are a member, they are asked" in page

    def test_says_the_same_of_nobody(self, ada: Member):
        settle(ada)

        assert "If they are a member, they are asked" in act(ada, "invite", whom="x@shop.test")

    def test_says_what_is_refused(self, ada: Member):
        settle(ada)

        assert "This is your own card or address." in act(ada, "invite", whom="ada@shop.test")
        assert "Type a card number or an e-mail address." in act(ada, "invite", whom="")


class TestAnInvitation:
    @pytest.fixture
    def asked(self, ada: Member, bob: Member) -> HouseholdInvitation:
        settle(ada)
        asked = inviting.invite(member=ada, whom="bob@shop.test", at=NOON)
        assert asked is not None
        return asked

    def test_says_who_asks(self, bob: Member, asked: HouseholdInvitation):
        assert "Ada invites you to share points" in page_of(bob)

    def test_is_accepted(self, bob: Member, asked: HouseholdInvitation):
        page = act(bob, "accept", invitation=asked.public_id)

        assert housing.get_stay(member=bob) is not None
        assert "You share your points with this household from now on." in page

    def test_is_declined(self, bob: Member, asked: HouseholdInvitation):
        act(bob, "decline", invitation=asked.public_id)

        assert housing.get_stay(member=bob) is None
        assert "invites you" not in page_of(bob)

    def test_is_nobody_elses_to_accept(self, asked: HouseholdInvitation):
        cleo = enrolling.enrol(at=NOON, first_name="Cleo")

        assert "This invitation is over." in act(cleo, "accept", invitation=asked.public_id)
        assert housing.get_stay(member=cleo) is None


class TestLeaving:
    def test_says_what_is_taken_along_before(self, ada: Member, bob: Member):
        buy(ada, "30.00", "a")
        settle(ada, bob)
        buy(bob, "50.00", "b")

        page = page_of(ada, "/me/household/leave/")

        assert "You take along 30 points." in page
        assert "The others keep 50 points." in page

    def test_says_that_nothing_is(self, ada: Member, bob: Member):
        allow("NOTHING")
        buy(ada, "30.00", "a")
        settle(ada, bob)

        page = page_of(ada, "/me/household/leave/")

        assert "You take along 0 points." in page
        assert "The others keep 30 points." in page

    def test_says_that_the_last_one_takes_all(self, ada: Member):
        allow("NOTHING")
        buy(ada, "30.00", "a")
        settle(ada)

        page = page_of(ada, "/me/household/leave/")

        assert "You take along 30 points." in page
        assert "You are the last one" in page

    def test_takes_three_clicks_from_ones_details(self, ada: Member, bob: Member):
        buy(ada, "30.00", "a")
        settle(ada, bob)
        assert 'href="/me/household/"' in page_of(ada, "/me/profile/")
        assert 'href="/me/household/leave/"' in page_of(ada)

        answer = browser_of(ada).post("/me/household/leave/", follow=True)

        assert "You have left the household." in answer.content.decode()
        assert (spendable(ada), spendable(bob)) == (30, 0)

    def test_costs_as_much_however_much_there_is(
        self, ada: Member, bob: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        settle(ada, bob)
        browser = browser_of(ada)

        with django_assert_num_queries(LEAVING):
            browser.get("/me/household/leave/")

    def test_of_who_is_in_none_leads_back(self, ada: Member):
        answer = browser_of(ada).get("/me/household/leave/")

        assert answer.headers["Location"] == "/me/household/"


class TestTheHistory:
    def test_shows_what_others_earned_and_not_what_they_bought(self, ada: Member, bob: Member):
        settle(ada, bob)
        buy(bob, "50.00", "b")

        page = page_of(ada, "/me/history/")

        assert ", Bob" in page
        assert "50.00" not in page
        assert ", Bob" not in page_of(bob, "/me/history/")

    def test_says_when_somebody_came(self, ada: Member, bob: Member):
        buy(bob, "50.00", "b")
        settle(ada, bob)

        assert "Household joined" in page_of(ada, "/me/history/")


class TestAnUnknownDeed:
    def test_is_refused(self, ada: Member):
        assert browser_of(ada).post("/me/household/", {"action": "x"}).status_code == 400


class TestLeavingTheProgramme:
    def test_says_that_ones_own_part_alone_is_lost(self, ada: Member, bob: Member):
        buy(ada, "30.00", "a")
        settle(ada, bob)
        buy(bob, "50.00", "b")

        assert "You lose 30 points." in page_of(ada, "/me/privacy/leave/")
