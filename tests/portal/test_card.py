"""The card: what a member understands at a glance, in their words and in exact figures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from loyalty.identity.models import User
from loyalty.portal import card
from loyalty.portal.card import Meter
from loyalty.programmes import books, publishing, revising
from loyalty.programmes.models import Rule, Segment, Tier, WalletPolicy
from members import blocking, enrolling, segmenting, showing
from members.models import Card, Member, TierChange
from rewards import redeeming
from tests.conftest import NOON
from tests.members.builders import give_voucher
from tests.pages.conftest import add_reward
from tests.portal import shelf
from tests.portal.ledgering import DAY, buy, owe

PAGE, CODE = "/me/", "/me/code/"
# Session, user, member, book; then the page.
GUARD = 4


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada(points=0)


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


def said(browser: Client, path: str = PAGE, **headers: str) -> str:
    response = browser.get(path, headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def in_french(member: Member) -> None:
    User.objects.filter(pk=member.user_id).update(language="fr")


class TestTheFirstScreen:
    def test_says_in_french_what_there_is_what_is_next_and_what_expires(
        self, ada: Member, browser: Client
    ):
        in_french(ada)
        buy(ada, "40.00", "1", at=NOON - 364 * DAY)
        buy(ada, "413.00", "2", at=NOON - DAY)

        page = said(browser)

        assert '<html lang="fr">' in page
        assert "453 <small>points</small>" in page
        assert "Encore 47,00 € pour passer Or" in page
        assert "40 points expirent le 11 mars" in page
        assert "next-line--accent" in page
        assert "Pour conserver Argent : encore 200,00 € d’ici au 9 mars 2027" in page
        assert "card-face--silver" in page

    def test_says_the_same_in_english(self, ada: Member, browser: Client):
        buy(ada, "413.00", "2", at=NOON - DAY)

        page = said(browser)

        assert "413 <small>points</small>" in page
        assert "€87.00 more to become Gold" in page
        assert "413 points expire after 9 March 2027" in page
        assert "next-line--accent" not in page

    def test_says_what_waits_and_since_when_it_can_be_used(self, ada: Member, browser: Client):
        WalletPolicy.objects.filter(wallet__code="points").update(pending_days=14)
        revising.touch()
        buy(ada, "20.00", "1")

        page = said(browser)

        assert "0 <small>points</small>" in page
        assert "20 points pending, available from 25 March" in page

    def test_says_plainly_what_is_owed(self, ada: Member, browser: Client):
        in_french(ada)
        owe(ada, 30)

        page = said(browser)

        assert "−30 <small>points</small>" in page
        assert "30 points à régulariser : ils seront repris sur vos prochains achats" in page

    def test_says_why_a_blocked_member_cannot_spend(self, ada: Member, browser: Client):
        in_french(ada)
        blocking.block(member=ada, at=NOON, actor="usr_1")

        assert "Votre carte est bloquée." in said(browser)
        code = said(browser, CODE)
        assert "Votre carte est bloquée." in code
        assert "<svg viewBox=" not in code
        assert "Numéro de votre carte" in code

    def test_is_empty_in_words_for_a_newcomer(self, ada: Member, browser: Client):
        page = said(browser)

        assert "0 <small>points</small>" in page
        assert "€200.00 more to become Silver" in page
        assert "The first rewards are being chosen." in page
        assert "Your movements will appear here." in page
        assert "Your vouchers" not in page


class TestTheLadder:
    @pytest.mark.parametrize(
        ("euros", "meter"),
        [
            ("50.00", Meter(filled=25, keep=None)),
            ("200.00", Meter(filled=40, keep=40)),
            ("413.00", Meter(filled=82, keep=40)),
            ("500.00", Meter(filled=0, keep=100)),
        ],
    )
    def test_is_drawn_from_what_it_says_is_missing(self, ada: Member, euros: str, meter: Meter):
        buy(ada, euros, "1")
        ada.refresh_from_db()

        shown = card.get_card(member=ada, at=NOON, book=books.get_book())

        assert shown.ladder is not None
        assert shown.ladder.meter == meter

    def test_says_when_the_tier_is_kept_already(self, ada: Member, browser: Client):
        buy(ada, "210.00", "1", at=NOON - 200 * DAY)
        buy(ada, "200.00", "2", at=NOON - DAY)

        assert "Silver kept beyond 22 August 2026" in said(browser)

    def test_asks_for_what_keeps_the_tier_by_its_last_day(self, ada: Member, browser: Client):
        buy(ada, "250.00", "1", at=NOON - 200 * DAY)

        assert "To keep Silver: €200.00 more by 22 August 2026" in said(browser)

    def test_may_be_absent(self, ada: Member, browser: Client):
        Member.objects.update(tier=None)
        TierChange.objects.all().delete()
        Tier.objects.all().delete()
        revising.touch()

        page = said(browser)

        assert "card-face--plain" in page
        assert "more to become" not in page


class TestBelow:
    def test_shows_what_is_within_reach_first(self, ada: Member, browser: Client):
        buy(ada, "100.00", "1")
        add_reward(1, "Brunch", "Brunch", 220)
        add_reward(2, "Un café offert", "A coffee on the house", 80)
        add_reward(3, "Épuisé", "Sold out", 10, stock=0)

        page = said(browser)

        assert page.index("A coffee on the house") < page.index("Brunch")
        assert "Yours now" in page
        assert "120 points to go" in page
        assert "Sold out" not in page

    def test_says_all_that_is_missing_of_a_price_in_two_wallets(
        self, ada: Member, browser: Client
    ):
        buy(ada, "199.00", "1")
        shelf.fill_catalogue()

        page = said(browser)

        assert "150 points + 4 stamps" in page
        assert "4 stamps to go" in page

    def test_shows_open_vouchers_and_the_last_movements(self, ada: Member, browser: Client):
        for number in range(4):
            buy(ada, "50.00", str(number), at=NOON - (9 - number) * DAY)
        coffee = add_reward(1, "Un café offert", "A coffee on the house", 80)
        redeeming.redeem(member=ada, reward=coffee, key="r", at=NOON)

        page = said(browser)

        assert "until 8 June 2026" in page
        assert "Reward: A coffee on the house" in page
        assert "−80" in page
        assert page.count('class="rows__item"') == 1 + 3


class TestTheQueries:
    def test_are_as_many_for_two_of_everything_as_for_twenty(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        self._fill(ada, 0, 2)
        browser.get(PAGE)
        with CaptureQueriesContext(
            connection,
        ) as few:
            browser.get(PAGE)
        self._fill(ada, 2, 20)

        with django_assert_num_queries(len(few)):
            browser.get(PAGE)
        assert len(few) == GUARD + 12

    @staticmethod
    def _fill(ada: Member, first: int, last: int) -> None:
        for number in range(first, last):
            buy(ada, "20.00", str(number), at=NOON - (30 - number) * DAY)
            add_reward(number, f"R{number}", f"R{number}", 5 + number)
            give_voucher(ada)


class TestTheCode:
    def test_opens_under_the_card_and_is_put_away(self, ada: Member, browser: Client):
        opened = said(browser, CODE, **{"HX-Request": "true"})
        away = said(browser, f"{CODE}?away=1", **{"HX-Request": "true"})

        assert "<html" not in opened
        assert '<div class="qr"><svg viewBox=' in opened
        assert 'hx-trigger="every 25s"' in opened
        assert " style=" not in opened
        assert "<svg viewBox=" not in away
        assert "Show my card" in away

    def test_is_a_page_of_its_own_without_a_script(self, ada: Member, browser: Client):
        page = said(browser, CODE)

        assert "<h1>My card</h1>" in page
        assert card.spelled(Card.objects.get().number) in page
        assert "New code" in page

    def test_is_kept_by_no_browser_and_is_another_each_time(
        self, ada: Member, browser: Client, time_machine: object
    ):
        first = browser.get(CODE)
        time_machine.move_to(NOON + timedelta(seconds=25), tick=False)
        second = browser.get(CODE)

        assert first.headers["Cache-Control"] == "no-store, private"
        drawn = [one.context["shown"].qr for one in (first, second)]
        assert drawn[0] != drawn[1]

    def test_costs_the_card_alone(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        browser.get(CODE)

        with django_assert_num_queries(GUARD + 1):
            browser.get(CODE)

    def test_needs_a_card_in_use(self, ada: Member, browser: Client):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")

        page = said(browser, CODE)

        assert showing.get_card(member=ada) is None
        assert "Your card is no longer in use." in page
        assert "<svg viewBox=" not in page


class TestWhoMayLook:
    @pytest.mark.parametrize("path", [PAGE, CODE, "/me/history/", "/me/history/download/"])
    def test_members_alone(self, ada: Member, client: Client, path: str):
        assert client.get(path).status_code == 302
        client.force_login(User.objects.create_superuser("admin@example.test"))
        assert client.get(path).status_code == 302
        assert client.get(path).headers["Location"].startswith("/login/")


class TestAnOfferForThem:
    def test_is_shown_with_what_it_gives_and_until_when(self, ada: Member, browser: Client):
        in_french(ada)
        assert "Pour vous" not in said(browser)
        offer_to(ada)

        page = said(browser)

        assert "Pour vous" in page
        assert "5 × sur le café" in page
        assert "Les points de base multipliés par 5." in page
        assert "jusqu’au 15 mars" in page

    def test_is_not_shown_to_others(self, ada: Member, browser: Client):
        offer_to(enrolling.enrol(at=NOON, email="grace@example.org"))

        assert "5 × on coffee" not in said(browser)


def offer_to(member: Member) -> None:
    segment = Segment.objects.create(code="few", name_fr="Quelques-uns", name_en="A few")
    segmenting.assign(code="few", member_ids=[member.pk], at=NOON - DAY)
    rule = Rule.objects.create(
        code="five", name_fr="5 × sur le café", name_en="5 × on coffee", audience=segment
    )
    said = {"then": {"give": "multiplier", "factor": "5"}, "when": {"to_day": "2026-03-15"}}
    publishing.publish(rule=rule, said=said, at=NOON)
