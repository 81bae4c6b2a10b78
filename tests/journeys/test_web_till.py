"""A cashier at the web till: the keyboard alone, the network gone and back, and what it costs."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from loyalty.clients.models import Shift
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, SpendProof
from members import showing
from members.models import Card, Member, Purchase, Referral, Return, Voucher
from tests.journeys.counter import add_line, open_till, show_card, words
from tests.members.builders import points_of
from tests.members.friends import allow, code_of
from tests.pages.browsing import DESK, PHONE, Scheme, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def test_sells_by_the_keyboard_alone_and_says_why(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    expect(page.locator("#till-name")).to_have_text("Ada Lovelace")
    add_line(page, "Espresso 250 g", "6,90", quantity="2")
    expect(page.locator("#till-preview")).to_contain_text("13 points")

    page.keyboard.press("F8")

    expect(page.locator("#till-next")).to_be_focused()
    assert words(page, "#till-receipt-title") == "Vendu : 13,80 €"
    assert "Points gagnés : 13" in words(page, "#till-receipt-body")
    assert "Solde : 13 points" in words(page, "#till-receipt-body")
    bought = Purchase.objects.get()
    shift = Shift.objects.get()
    assert (bought.member, bought.total_cents, bought.till, bought.receipt) == (
        ada, 1_380, f"web-{shift.pk}", f"web-{shift.pk}-0001"
    )  # fmt: skip
    assert bought.payments == [{"means": "card", "amount_cents": 1_380}]
    page.keyboard.press("Enter")
    expect(page.locator("#till-shown")).to_be_focused()
    assert (visit.complaints, visit.strangers) == ([], [])


def test_keeps_sales_while_the_network_is_away_and_sends_them_once(visit: Visit, ada: Member):
    page = visit.page
    page.context.set_offline(True)
    for price in ("5", "7,50"):
        show_card(page)
        expect(page.locator("#till-name")).to_have_text("2000000000015")
        add_line(page, "Thé", price)
        page.keyboard.press("F9")
        expect(page.locator("#till-next")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator("#till-state")).to_contain_text("Hors ligne")
    expect(page.locator("#till-waiting")).to_have_text("2 ventes en attente d’envoi")
    assert Purchase.objects.count() == 0

    page.context.set_offline(False)

    expect(page.locator("#till-waiting")).to_be_hidden()
    expect(page.locator("#till-state")).to_have_text("En ligne")
    totals = Purchase.objects.order_by("occurred_at").values_list("total_cents", flat=True)
    assert list(totals) == [500, 750]
    assert points_of(ada, at=timezone.now()) == 12


def test_loses_no_kept_sale_when_the_page_is_opened_anew(visit: Visit, ada: Member):
    page = visit.page
    page.context.set_offline(True)
    add_line(page, "Thé", "5")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()
    page.context.set_offline(False)
    page.goto("about:blank")

    open_till(visit)

    expect(page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
    assert Purchase.objects.get().total_cents == 500


def test_enrols_who_is_not_known_and_sells_to_them(visit: Visit):
    page = visit.page
    show_card(page, "grace@example.test")
    expect(page.locator("#till-first")).to_be_focused()
    page.keyboard.type("Grace")
    page.keyboard.press("Enter")
    expect(page.locator("#till-name")).to_have_text("Grace")
    add_line(page, "Café", "3")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()

    grace = Member.objects.get(first_name="Grace")
    assert (grace.email, points_of(grace, at=timezone.now())) == ("grace@example.test", 3)
    assert grace.consents.get().is_given is False


@pytest.mark.parametrize("visit", [("en", "light", DESK)], indirect=True)
def test_enrols_who_comes_with_a_friends_code_and_says_once_what_is_wrong_with_it(
    visit: Visit, ada: Member
):
    allow()
    page = visit.page
    open_till(visit)
    show_card(page, "grace@example.test")
    page.keyboard.type("Grace")
    page.get_by_label("A friend's referral code").fill("NOBODYS-1")
    page.keyboard.press("Enter")
    expect(page.locator("#till-said")).to_have_text("Nobody has this referral code.")
    page.get_by_label("A friend's referral code").fill(code_of(ada))
    page.keyboard.press("Enter")
    expect(page.locator("#till-name")).to_have_text("Grace")

    assert Referral.objects.get().referrer == ada


def test_redeems_after_one_question_and_takes_the_voucher(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    add_line(page, "Thé", "12")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    show_card(page)

    offer = page.locator("#till-offers button")
    offer.press("Enter")
    expect(offer).to_have_text("Utiliser 10 points ?")
    assert points_of(ada, at=timezone.now()) == 12
    offer.press("Enter")

    voucher = page.locator("#till-said")
    expect(voucher).to_contain_text("Donnez ce code au membre")
    assert Voucher.objects.get().code in words(page, "#till-said").replace("-", "")
    assert points_of(ada, at=timezone.now()) == 2


def test_pays_a_part_with_points_and_the_rest_by_card(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    add_line(page, "Machine", "500")
    page.keyboard.press("F8")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    show_card(page)
    add_line(page, "Thé", "12")

    page.locator("#till-hold").press("Enter")
    expect(page.locator("#till-tenders li")).to_contain_text("Points : 500 points")
    expect(page.locator("#till-rest")).to_have_text("7,00 €")
    expect(page.locator("#till-points")).to_have_text("0 point")
    page.keyboard.press("F8")

    expect(page.locator("#till-receipt-title")).to_have_text("Vendu : 12,00 €")
    sold = Purchase.objects.get(total_cents=1_200)
    paid = [(one["means"], one["amount_cents"]) for one in sold.payments]
    assert paid == [("points", 500), ("card", 700)]
    assert points_of(ada, at=timezone.now()) == 12


def test_asks_for_the_code_on_the_phone_before_points_are_spent(visit: Visit, ada: Member):
    page = visit.page
    Programme.objects.update(spend_proof=SpendProof.CODE)
    revising.touch()
    show_card(page)
    add_line(page, "Thé", "12")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    show_card(page)
    offer = page.locator("#till-offers button")
    offer.press("Enter")
    offer.press("Enter")
    # The page was opened before the programme asked for it: the refusal says so.
    expect(page.locator("#till-said")).to_have_text(
        "Scannez d’abord le code sur le téléphone du membre."
    )
    expect(page.locator("#till-proof")).to_be_focused()
    assert points_of(ada, at=timezone.now()) == 12

    page.keyboard.type(showing.issue(card=Card.objects.get(), at=timezone.now()))
    page.keyboard.press("Enter")

    expect(page.locator("#till-prove")).to_be_hidden()
    expect(page.locator("#till-said")).to_have_text(
        "Le membre est là\xa0: ses points peuvent être utilisés."
    )
    offer.press("Enter")
    offer.press("Enter")
    expect(page.locator("#till-said")).to_contain_text("Donnez ce code au membre")
    assert points_of(ada, at=timezone.now()) == 2


def test_sets_points_aside_with_the_code_that_found_the_member(visit: Visit, ada: Member):
    page = visit.page
    Programme.objects.update(spend_proof=SpendProof.CODE)
    revising.touch()
    open_till(visit)
    show_card(page)
    expect(page.locator("#till-prove")).to_be_visible()
    assert visit.faults_here("proof") == ""
    add_line(page, "Machine", "500")
    page.keyboard.press("F8")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    show_card(page, showing.issue(card=Card.objects.get(), at=timezone.now()))
    add_line(page, "Thé", "12")
    expect(page.locator("#till-prove")).to_be_hidden()

    page.locator("#till-hold").press("Enter")

    expect(page.locator("#till-points")).to_have_text("0 point")
    assert points_of(ada, at=timezone.now()) == 0


def test_gives_points_back_that_were_set_aside_and_not_used(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    add_line(page, "Machine", "500")
    page.keyboard.press("F8")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    show_card(page)
    add_line(page, "Thé", "12")
    page.locator("#till-hold").press("Enter")
    expect(page.locator("#till-points")).to_have_text("0 point")

    page.locator("#till-tenders button").press("Enter")

    expect(page.locator("#till-points")).to_have_text("500 points")
    expect(page.locator("#till-tenders li")).to_have_count(0)
    assert points_of(ada, at=timezone.now()) == 500


def test_takes_a_part_back_and_the_points_with_it(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    add_line(page, "Thé", "12")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()

    page.locator("#till-sales button").press("Enter")
    expect(page.locator("#till-amount")).to_be_focused()
    page.keyboard.type("4,00")
    page.keyboard.press("Enter")

    expect(page.locator("#till-said")).to_have_text("4,00 € repris. À rendre : 4,00 € (espèces).")
    assert Return.objects.get().total_cents == 400
    assert points_of(ada, at=timezone.now()) == 8


def test_refuses_what_is_no_price_and_keeps_what_was_typed(visit: Visit):
    page = visit.page
    page.keyboard.press("F4")
    page.keyboard.type("Thé")
    page.locator("#till-price").fill("douze")
    page.locator("#till-price").press("Enter")

    expect(page.locator("#till-said")).to_have_text("Saisissez un prix comme 6,90.")
    expect(page.locator("#till-what")).to_have_value("Thé")
    expect(page.locator("#till-lines li")).to_have_count(0)


def test_says_that_the_shift_is_over_and_sells_again_after_opening(visit: Visit, ada: Member):
    page = visit.page
    for shift in Shift.objects.all():
        shift.key.revoked = True
        shift.key.save()
    add_line(page, "Thé", "5")

    page.keyboard.press("F9")

    expect(page.locator("#till-closed")).to_be_visible()
    assert Purchase.objects.count() == 0
    page.locator("#till-open button").press("Enter")
    expect(page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
    assert Purchase.objects.get().total_cents == 500


LOOKS: list[tuple[str, Scheme, int]] = [("fr", "light", PHONE), ("en", "dark", DESK)]


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=str)
def test_is_without_fault_in_every_state(visit: Visit, ada: Member):
    page = visit.page
    faults = visit.faults_here("open")
    show_card(page)
    expect(page.locator("#till-name")).to_have_text("Ada Lovelace")
    add_line(page, "T" * 110, "1200")
    expect(page.locator("#till-preview strong")).to_contain_text("points")
    faults += visit.faults_here("basket")
    page.keyboard.press("F8")
    expect(page.locator("#till-next")).to_be_focused()
    for folded in page.locator("#till details").all():
        folded.locator("summary").click()
    faults += visit.faults_here("receipt")
    page.locator("#till-next").press("Enter")
    show_card(page, "nobody@example.test")
    expect(page.locator("#till-enrol")).to_be_visible()
    faults += visit.faults_here("enrolment")

    assert faults == ""
