"""The stamp cards on a member's card page: marks, words, and until when."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from loyalty.programmes import revising
from loyalty.programmes.models import WalletPolicy
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import print_card
from tests.portal import shelf
from tests.portal.ledgering import buy
from tests.portal.test_card import GUARD, PAGE, in_french, said


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    ada = shelf.enrol_ada(points=0)
    print_card(full_at=10)
    return ada


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


def stamp(member: Member, first: int, last: int, *, days: int = 0) -> None:
    for number in range(first, last):
        buy(member, "5.00", str(number), at=NOON - timedelta(days=days))


class TestAStampCard:
    def test_says_how_full_it_is_and_what_it_gives(self, ada: Member, browser: Client):
        stamp(ada, 0, 7)

        page = said(browser)

        assert "7 of 10 stamps" in page
        assert "At 10: A coffee" in page
        assert page.count("stamp--got") == 7
        assert '<span class="stamp">8</span>' in page
        assert "stamps expire" not in page

    def test_says_so_in_french_and_until_when(self, ada: Member, browser: Client):
        in_french(ada)
        WalletPolicy.objects.filter(wallet__code="stamps").update(
            expiry_kind="DAYS", expiry_count=30
        )
        revising.touch()
        stamp(ada, 0, 2, days=3)
        stamp(ada, 2, 3)

        page = said(browser)

        assert "3 tampons sur 10" in page
        assert "À 10 : Un café" in page
        assert "2 tampons expirent après le 6 avril 2026" in page

    def test_is_shown_before_the_first_stamp(self, browser: Client):
        page = said(browser)

        assert "0 of 10 stamps" in page
        assert "stamp--got" not in page

    def test_is_a_bar_where_its_marks_are_too_many(self, ada: Member, browser: Client):
        WalletPolicy.objects.filter(wallet__code="stamps").update(card_stamps=40)
        revising.touch()
        stamp(ada, 0, 4)

        page = said(browser)

        assert "4 of 40 stamps" in page
        assert 'class="stamps"' not in page
        assert '<rect class="meter__fill" width="10%"' in page

    def test_is_absent_where_the_programme_has_none(self, ada: Member, browser: Client):
        WalletPolicy.objects.filter(wallet__code="stamps").update(card_stamps=None)
        revising.touch()

        assert "Your stamps" not in said(browser)

    def test_costs_no_statement(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        stamp(ada, 0, 3)
        browser.get(PAGE)

        with django_assert_num_queries(GUARD + 11):
            browser.get(PAGE)
