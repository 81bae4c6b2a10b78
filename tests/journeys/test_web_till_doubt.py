"""A cashier at the web till who is left in doubt: no answer, a double click, a shift over."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from loyalty.clients.models import Shift
from loyalty.ledger.models import Hold
from members.models import Member, Purchase, TillHold
from tests.journeys.counter import (
    add_line,
    end_shifts,
    enrol_bob,
    open_till,
    sell,
    set_points_aside,
    show_card,
    words,
)
from tests.members.builders import points_of
from tests.pages.browsing import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def lose_the_answer(route: Route) -> None:
    """Let the request arrive, and nothing come back."""
    route.fetch()
    route.abort()


def sales() -> list[tuple[str | None, int]]:
    told = Purchase.objects.order_by("occurred_at").values_list(
        "member__first_name", "total_cents"
    )
    return list(told)


class TestASaleThatSpendsPointsAndIsNotAnswered:
    def test_is_finished_on_the_screen_once_it_is_sent_by_itself(self, visit: Visit, ada: Member):
        page = visit.page
        enrol_bob()
        set_points_aside(page, "12")
        page.context.set_offline(True)
        page.keyboard.press("F9")
        expect(page.locator("#till-doubt-title")).to_have_text(
            "Pas encore de réponse\xa0: 12,00\xa0€, Ada Lovelace"
        )
        visit.complaints.clear()
        assert visit.faults_here("doubt") == ""

        page.context.set_offline(False)

        expect(page.locator("#till-receipt-title")).to_have_text("Vendu\xa0: 12,00\xa0€")
        expect(page.locator("#till-said")).to_be_hidden()
        expect(page.locator("#till-lines li")).to_have_count(0)
        page.locator("#till-next").press("Enter")
        show_card(page, "bob@example.test")
        sell(page, "Thé", "50")
        assert sales() == [("Ada", 50_000), ("Ada", 1_200), ("Bob", 5_000)]
        assert points_of(ada, at=timezone.now()) == 12

    def test_is_left_to_the_list_by_whoever_goes_on_to_somebody_else(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        set_points_aside(page, "12")
        page.context.set_offline(True)
        page.keyboard.press("F9")
        expect(page.locator("#till-doubt")).to_be_visible()
        page.locator("#till-forget").click()
        expect(page.locator("#till-lines li")).to_have_count(0)
        show_card(page, "2000000000022")
        sell(page, "Thé", "50")

        page.context.set_offline(False)

        expect(page.locator("#till-sales .desk-state").last).to_have_text("Envoyée")
        expect(page.locator("#till-waiting")).to_be_hidden()
        # Its hold was not let go with the customer.
        assert sales()[:2] == [("Ada", 50_000), ("Ada", 1_200)]

    def test_stays_as_it_was_sent_until_it_is_answered(self, visit: Visit, ada: Member):
        page = visit.page
        set_points_aside(page, "12")
        page.context.set_offline(True)
        page.keyboard.press("F9")
        expect(page.locator("#till-doubt")).to_be_visible()

        page.locator("#till-tenders button").click()
        page.locator("#till-lines button").click()

        expect(page.locator("#till-said")).to_have_text(
            "Cette vente n’a pas encore de réponse\xa0: "
            "attendez, réessayez, ou passez au client suivant."
        )
        expect(page.locator("#till-tenders li")).to_have_count(1)
        expect(page.locator("#till-lines li")).to_have_count(1)

    def test_is_sent_without_the_points_if_they_lapsed_and_somebody_says_so(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        set_points_aside(page, "12")
        page.context.set_offline(True)
        page.keyboard.press("F9")
        page.locator("#till-go-on").click()
        expect(page.locator("#till-shown")).to_be_focused()
        Hold.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        page.context.set_offline(False)
        expect(page.locator("#till-sales .desk-state").first).to_have_text("À décider")

        page.get_by_role("button", name="Décider").click()
        page.locator("#till-without-points").click()

        expect(page.locator("#till-said")).to_have_text("La vente est enregistrée.")
        assert sales() == [("Ada", 50_000), ("Ada", 1_200)]
        assert Purchase.objects.latest("pk").payments == [
            {"means": "cash", "amount_cents": 700},
            {"means": "unpaid", "amount_cents": 500},
        ]


def test_leaves_the_next_basket_alone_when_a_slow_answer_comes(visit: Visit, ada: Member):
    page = visit.page
    enrol_bob()
    kept: list[Route] = []

    def keep(route: Route) -> None:
        kept.append(route)

    page.route("**/api/v1/purchases", keep)
    show_card(page)
    add_line(page, "Thé", "10")
    page.keyboard.press("F9")
    page.locator("#till-forget").click()
    show_card(page, "bob@example.test")
    add_line(page, "Café", "50")
    kept[0].continue_()
    page.unroute("**/api/v1/purchases")
    expect(page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
    expect(page.locator("#till-lines li")).to_have_count(1)

    page.keyboard.press("F9")

    expect(page.locator("#till-receipt-title")).to_have_text("Vendu\xa0: 50,00\xa0€")
    assert sales() == [("Ada", 1_000), ("Bob", 5_000)]


def with_points(page: Page, price: str) -> None:
    """Ada, who has 500 points, is about to buy a tea."""
    show_card(page)
    sell(page, "Machine", "500")
    show_card(page)
    add_line(page, "Thé", price)


def ask_for_points_in_vain(page: Page) -> None:
    page.route("**/api/v1/holds", lose_the_answer)
    page.locator("#till-hold").click()
    expect(page.locator("#till-said")).to_be_visible()
    page.unroute("**/api/v1/holds")


class TestPayingWithPoints:
    def test_sets_them_aside_once_however_often_it_is_clicked(self, visit: Visit, ada: Member):
        page = visit.page
        with_points(page, "2")

        page.locator("#till-hold").dblclick()

        expect(page.locator("#till-tenders li")).to_have_count(1)
        page.locator("#till-hold").click()
        expect(page.locator("#till-said")).to_have_text(
            "Des points paient déjà. Retirez-les d’abord pour en réserver d’autres."
        )
        page.keyboard.press("F9")
        expect(page.locator("#till-receipt-title")).to_have_text("Vendu\xa0: 2,00\xa0€")
        assert TillHold.objects.count() == 1

    def test_asks_again_under_the_same_key_when_the_answer_was_lost(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        with_points(page, "12")
        ask_for_points_in_vain(page)

        page.locator("#till-hold").click()

        expect(page.locator("#till-tenders li")).to_have_count(1)
        assert TillHold.objects.count() == 1

    def test_lets_go_what_was_not_answered_when_the_basket_is_another(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        with_points(page, "2")
        ask_for_points_in_vain(page)
        add_line(page, "Thé", "3")

        page.locator("#till-hold").click()

        expect(page.locator("#till-tenders li")).to_contain_text("500 points")
        assert points_of(ada, at=timezone.now()) == 0


class TestAShiftThatIsOver:
    def test_closes_the_till_when_somebody_is_looked_for_and_sells_to_nobody(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        end_shifts()
        page.keyboard.press("F2")
        page.keyboard.type("2000000000015")
        page.keyboard.press("Enter")

        expect(page.locator("#till-closed")).to_be_visible()
        assert words(page, "#till-said") == (
            "La session de caisse est terminée. Rouvrez la caisse : rien n’est perdu."
        )
        page.keyboard.press("F9")
        page.locator("#till-open button").press("Enter")
        expect(page.locator("#till-shown")).to_be_focused()
        expect(page.locator("#till-shown")).to_have_value("2000000000015")
        page.keyboard.press("Enter")
        expect(page.locator("#till-name")).to_have_text("Ada Lovelace")
        assert sales() == []

    def test_keeps_the_customer_and_the_basket_for_whoever_opens_again(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        show_card(page)
        expect(page.locator("#till-offers li")).to_have_count(1)
        end_shifts()
        # The preview is the first to hear of it.
        add_line(page, "Thé", "5")
        expect(page.locator("#till-closed")).to_be_visible()

        page.locator("#till-open button").press("Enter")

        expect(page.locator("#till-what")).to_be_focused()
        expect(page.locator("#till-name")).to_have_text("Ada Lovelace")
        page.keyboard.press("F9")
        expect(page.locator("#till-receipt-title")).to_have_text("Vendu\xa0: 5,00\xa0€")
        assert sales() == [("Ada", 500)]

    def test_closes_no_other_window_whose_key_is_good(self, visit: Visit, ada: Member):
        page = visit.page
        other = Visit(page.context.new_page(), visit.base)
        open_till(other)
        assert Shift.objects.filter(closed_at=None).count() == 1
        page.bring_to_front()
        add_line(page, "Thé", "5")

        page.keyboard.press("F9")

        expect(page.locator("#till-closed")).to_be_visible()
        # The other window, whose key is good, sends what this one could not.
        expect(other.page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
        expect(other.page.locator("#till")).to_be_visible()
        assert sales() == [(None, 500)]
