"""What the web till does with what is refused: a sale that has happened is never dropped."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Member, Purchase
from tests.journeys.counter import add_line, enrol_bob, sell, show_card
from tests.members.builders import points_of
from tests.pages.browsing import PHONE, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def sell_offline_to_nobody_known(visit: Visit) -> None:
    """Sell to a card that nobody has while the network is away, and let it come back."""
    page = visit.page
    page.context.set_offline(True)
    show_card(page, "2000000000099")
    sell(page, "Thé", "12")
    page.context.set_offline(False)
    expect(page.locator("#till-sales .desk-state")).to_have_text("À décider")
    expect(page.locator("#till-asking")).to_have_text("1 vente refusée attend votre décision")
    assert Purchase.objects.count() == 0


class TestASaleToACardThatNobodyHas:
    def test_is_sent_without_a_member_if_somebody_says_so(self, visit: Visit, ada: Member):
        page = visit.page
        sell_offline_to_nobody_known(visit)
        page.locator("#till-sales button").press("Enter")
        expect(page.locator("#till-settle-who")).to_be_focused()
        visit.complaints.clear()
        assert visit.faults_here("settling") == ""

        page.locator("#till-without-member").click()

        expect(page.locator("#till-said")).to_have_text("La vente est enregistrée.")
        expect(page.locator("#till-settling")).to_be_hidden()
        expect(page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
        sold = Purchase.objects.get()
        assert (sold.member, sold.total_cents, sold.receipt[-5:]) == (None, 1_200, "-0001")

    def test_is_sent_with_another_card_and_still_waits_if_that_is_unknown_too(
        self, visit: Visit, ada: Member
    ):
        page = visit.page
        sell_offline_to_nobody_known(visit)
        page.locator("#till-sales button").press("Enter")
        page.keyboard.type("2000000000088")
        page.keyboard.press("Enter")
        expect(page.locator("#till-said")).to_have_text(
            "Personne n’est connu sous ce numéro ou cette adresse."
        )
        expect(page.locator("#till-sales .desk-state")).to_have_text("À décider")

        page.locator("#till-settle-who").fill("2000000000015")
        page.locator("#till-settle-who").press("Enter")

        expect(page.locator("#till-sales .desk-state")).to_have_text("Envoyée")
        assert Purchase.objects.get().member == ada
        assert points_of(ada, at=timezone.now()) == 12

    def test_waits_for_the_next_shift_too(self, visit: Visit, ada: Member):
        page = visit.page
        sell_offline_to_nobody_known(visit)

        page.reload()
        page.locator("#till-open button").press("Enter")

        expect(page.locator("#till-sales .desk-state")).to_have_text("À décider")
        expect(page.locator("#till-asking")).to_be_visible()


@pytest.mark.parametrize("card", ["0000123456789", "0612345678901"])
def test_finds_a_card_that_begins_as_a_phone_does(visit: Visit, card: str):
    page = visit.page
    enrol_bob(card=card)

    show_card(page, card)

    expect(page.locator("#till-name")).to_have_text("Bob")


def test_offers_to_enrol_whose_phone_is_unknown_by_that_phone(visit: Visit):
    page = visit.page

    show_card(page, "06 12 34 56 78")

    expect(page.locator("#till-phone")).to_have_value("06 12 34 56 78")
    expect(page.locator("#till-card")).to_have_value("")


@pytest.mark.parametrize("visit", [("fr", "light", PHONE)], indirect=True, ids=str)
def test_says_in_sight_of_the_button_what_is_wrong_and_no_longer_than_it_is(
    visit: Visit, ada: Member
):
    page = visit.page
    add_line(page, "Avoir", "-5")

    page.locator("[data-means=cash]").click()

    said = page.locator("#till-said")
    expect(said).to_be_in_viewport(ratio=1)
    expect(said).to_have_text(
        "La requête contient des valeurs qui ne peuvent pas être acceptées. "
        "Ce montant ne peut pas être inférieur à zéro."
    )
    page.locator("#till-lines button").click()
    add_line(page, "Thé", "5")
    page.locator("[data-means=cash]").click()
    expect(page.locator("#till-receipt-title")).to_have_text("Vendu\xa0: 5,00\xa0€")
    expect(said).to_be_hidden()
