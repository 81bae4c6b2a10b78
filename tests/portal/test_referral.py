"""A member's code to share, what it gives both sides, and what became of their friends."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from loyalty.identity.roles import Role
from loyalty.programmes.models import Segment
from members import blocking, closing, codes, confirming, enrolling, signing_in
from members.models import Member, ReferralCode
from tests.conftest import NOON
from tests.members.builders import publish
from tests.members.friends import allow, bring, buy, code_of, night, of, reward
from tests.members.staff import appoint

# The session, the user, the member, the revision of the rules; the code, the friends, their own.
QUERIES = 4 + 3
PATH = "/me/referral/"


@pytest.fixture(autouse=True)
def _noon(shop: None) -> object:
    allow()
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def ada() -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", last_name="Lovelace", email="ada@shop.test")


def browser_of(member: Member, *, language: str = "en") -> Client:
    Member.objects.filter(pk=member.pk).update(language=language)
    browser = Client()
    browser.force_login(signing_in.open_user(member=member))
    return browser


def page_of(member: Member, path: str = PATH, *, language: str = "en") -> str:
    page = browser_of(member, language=language).get(path).content.decode()
    return " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").split())


class TestThePage:
    def test_is_reached_from_ones_details(self, ada: Member):
        assert f'href="{PATH}"' in page_of(ada, "/me/profile/")

    def test_is_not_offered_where_members_refer_nobody(self, ada: Member):
        allow(None)

        assert f'href="{PATH}"' not in page_of(ada, "/me/profile/")
        assert "In this programme members refer nobody." in page_of(ada)
        assert ReferralCode.objects.exists() is False

    def test_shows_the_code_and_a_link_that_fills_it_in(self, ada: Member):
        page, code = page_of(ada), codes.spell_to_say(code_of(ada))

        link = f"http://testserver/join/?code={code}"
        assert f'<p class="voucher__code">{code}</p>' in page
        assert f'value="{link}"' in page
        assert f'data-copies="{link}"' in page
        assert "QR code of your link" in page

    def test_opens_a_mail_to_nobody_yet(self, ada: Member):
        page = page_of(ada, language="fr")

        assert 'href="mailto:?subject=Rejoignez%20' in page
        assert f"join/%3Fcode%3D{codes.spell_to_say(code_of(ada))}" in page

    def test_says_what_both_get_and_when_by_the_rules_of_now(self, ada: Member):
        assert page_of(ada).count("nothing at the moment") == 2
        reward()
        allow(14, least_cents=15_00, most=5)

        page = page_of(ada)

        assert "+ 100 points" in page
        assert "+ 50 points" in page
        said = (
            "Once your friend has bought for €15.00 or more, and brought nothing back for 14 days"
            " after. For 5 friends a year at most."
        )
        assert said in page

    def test_says_it_in_french(self, ada: Member):
        reward()

        page = page_of(ada, language="fr")

        assert "Parrainer un ami" in page
        assert "+ 100 points" in page
        assert (
            "Une fois que votre filleul a fait un achat, et n’a rien retourné pendant les 14"
            " jours suivants." in page
        )

    def test_shows_no_rule_that_is_for_some_alone(self, ada: Member):
        version = publish(
            "brings",
            {"when": {"event": "referral-confirmed"}, "then": {"give": "fixed", "points": 9}},
        )
        version.rule.audience = Segment.objects.create(code="few", name_fr="peu", name_en="few")
        version.rule.save(update_fields=["audience"])
        allow()

        assert "+ 9 points" not in page_of(ada)

    def test_takes_few_statements_however_many_friends(
        self, ada: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for name in ("Bob", "Cleo", "Dan"):
            bring(ada, name)
        browser = browser_of(ada)
        browser.get(PATH)

        with django_assert_num_queries(QUERIES):
            browser.get(PATH)


class TestFriends:
    def test_are_nobody_at_first(self, ada: Member):
        assert "Nobody has joined with your code yet." in page_of(ada)

    def test_are_called_by_their_first_name_alone(self, ada: Member):
        bring(ada, last_name="Builder", email="bob@friends.example")
        bring(ada, "", email="nobody@friends.example")

        page = page_of(ada)

        assert "Bob" in page
        assert "A friend" in page
        assert "Builder" not in page
        assert "friends.example" not in page

    def test_wait_whether_they_have_bought_or_not(self, ada: Member):
        bob = bring(ada)
        before = page_of(ada)
        buy(bob, "34.56")

        after = page_of(ada)

        said = "waiting for a first purchase, and the days after it"
        assert (before.count(said), after.count(said)) == (1, 1)
        assert "34" not in after.split("Your friends")[1].split("</section>")[0]

    def test_are_confirmed_beyond_the_most_or_did_not_count(self, ada: Member):
        allow(most=1)
        bob, cleo, dan, eve = (bring(ada, name) for name in ("Bob", "Cleo", "Dan", "Eve"))
        for friend in (bob, cleo):
            buy(friend)
        closing.close(member=dan, key="left", at=NOON)
        confirming.cancel(
            referral=of(eve), reason="misuse", by=appoint(Role.CUSTOMER_CARE), at=NOON
        )
        night()

        friends = page_of(ada).split("Your friends")[1]

        assert friends.count("confirmed on 24 March 2026") == 1
        assert "confirmed beyond the most friends of a year: nothing for you" in friends
        # Whether somebody left, or was thought a thief, is theirs.
        assert friends.count("did not count") == 2

    def test_who_came_are_told_what_waits_for_them(self, ada: Member):
        bob = bring(ada)

        assert "You came through a friend" in page_of(bob)
        assert "You came through a friend" not in page_of(ada)


class TestWhoIsBlocked:
    def test_is_told_that_the_code_rests(self, ada: Member):
        blocking.block(member=ada, at=NOON, actor="user:1")

        assert "nobody can join with your code for now" in page_of(ada)
