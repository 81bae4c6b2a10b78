"""A paid membership on a member's own pages: until when, what it gives, and how to stop it."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members import subscribing
from members.models import Member
from tests.conftest import NOON
from tests.members.paying import COFFEE, held, pay, sell
from tests.portal import shelf
from tests.portal.test_card import GUARD, PAGE, in_french, said

STOP = "/me/membership/"


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada(points=0)


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


class TestTheCard:
    def test_says_until_when_it_is_paid_and_what_it_gives(self, ada: Member, browser: Client):
        pay(ada, sell(tier="silver", **COFFEE))

        page = said(browser)

        assert "The Club</h2>" in page
        assert "Paid through 9 March 2027." in page
        assert "At least Silver until then" in page
        assert "Each month: A coffee (the next on 10 April 2026)" in page
        assert "card-face--silver" in page

    def test_says_so_in_french(self, ada: Member, browser: Client):
        in_french(ada)
        pay(ada, sell(**COFFEE))

        page = said(browser)

        assert "Le Club</h2>" in page
        assert "Payé jusqu’au 9 mars 2027." in page
        assert "Chaque mois : Un café (le prochain le 10 avril 2026)" in page
        assert "Arrêter à l’échéance" in page

    def test_says_nothing_to_who_pays_for_none(self, ada: Member, browser: Client):
        sell()

        assert "Paid through" not in said(browser)

    def test_says_nothing_after_the_last_day(
        self, ada: Member, browser: Client, time_machine: object
    ):
        pay(ada, sell(term_months=1))

        time_machine.move_to(NOON + timedelta(days=31), tick=False)

        assert "Paid through" not in said(shelf.browser_of(ada))

    def test_costs_one_statement_where_plans_are_sold(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        browser.get(PAGE)
        with django_assert_num_queries(GUARD + 10):
            browser.get(PAGE)
        pay(ada, sell())
        browser.get(PAGE)

        with django_assert_num_queries(GUARD + 11):
            browser.get(PAGE)


class TestStopping:
    def test_takes_three_clicks_from_the_card(self, ada: Member, browser: Client):
        pay(ada, sell())
        assert f'href="{STOP}"' in said(browser)

        asked = said(browser, STOP)
        answer = browser.post(STOP, follow=True)

        assert "The Club goes on as it is through 9 March 2027, since that is paid." in asked
        assert answer.redirect_chain == [(PAGE, 302)]
        assert "Your membership ends with its term." in answer.content.decode()
        assert "Not renewed: it ends after 9 March 2027." in said(browser)
        assert f'href="{STOP}"' not in said(browser)
        mine = held(ada)
        assert (mine.state, mine.cancelled_by) == ("CANCELLED", ada.public_id)

    def test_leads_back_where_there_is_nothing_to_stop(self, ada: Member, browser: Client):
        assert browser.get(STOP).headers["Location"] == PAGE
        assert browser.post(STOP).headers["Location"] == PAGE
        mine = pay(ada, sell()).subscription
        subscribing.cancel(subscription=mine, at=NOON, actor="mem_1")

        assert browser.get(STOP).headers["Location"] == PAGE

    def test_is_refused_to_who_is_not_signed_in(self, ada: Member):
        pay(ada, sell())

        assert Client().post(STOP).headers["Location"].startswith("/login/")
        assert held(ada).state == "ACTIVE"
