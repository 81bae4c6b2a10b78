"""What the web till says when goods come back: how each part is refunded, and what it takes."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from members.models import Member, Return, Voucher
from tests.journeys.counter import add_line, open_till, sell, set_points_aside, show_card, words
from tests.members.builders import give_voucher, print_card
from tests.pages.browsing import PHONE, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def rows(page: Page, selector: str) -> list[str]:
    return [" ".join(row.split()) for row in page.locator(selector).all_inner_texts()]


def pay_by_three_means(page: Page, voucher: Voucher) -> None:
    """Sell Ada tea for 12.00: by 500 points, a voucher worth 2.80, and the rest in cash."""
    set_points_aside(page, "12")
    page.locator(".till__voucher summary").click()
    page.locator("#till-code").fill(voucher.code)
    page.locator("#till-code").press("Enter")
    expect(page.locator("#till-rest")).to_have_text("4,20\xa0€")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()


@pytest.mark.parametrize("visit", [("fr", "light", PHONE)], indirect=True, ids=str)
def test_says_how_each_payment_comes_back_and_what_each_wallet_loses(visit: Visit, ada: Member):
    page = visit.page
    print_card()
    open_till(visit)
    pay_by_three_means(page, give_voucher(ada, at=timezone.now()))
    assert rows(page, "#till-receipt-body li") == [
        "1 point par tranche de 1,00 € +12",
        "stamp Tampons : +1",
    ]
    page.locator("#till-next").press("Enter")

    page.get_by_role("button", name="Reprendre web-").first.click()
    page.locator("#till-amount").press("Enter")

    expect(page.locator("#till-receipt-title")).to_have_text("Repris\xa0: 12,00\xa0€")
    new = Voucher.objects.exclude(code=Voucher.objects.earliest("pk").code).get()
    assert words(page, "#till-said") == "12,00 € repris. À rendre : 4,20 € (espèces)."
    assert rows(page, "#till-receipt-body li") == [
        "Remis sur le compte : 500 points 5,00 €",
        f"Nouveau bon : {new.spelled} 2,80 €",
        "À rendre : espèces 4,20 €",
        "Points −12",
        "Tampons −1",
    ]
    assert visit.faults_here("return") == ""


def test_lists_a_whole_return_as_one_and_offers_it_no_more(visit: Visit, ada: Member):
    page = visit.page
    show_card(page)
    sell(page, "Thé", "12")
    page.locator("#till-sales button").press("Enter")
    page.locator("#till-amount").fill("4")
    page.locator("#till-amount").press("Enter")
    expect(page.locator("#till-receipt-title")).to_have_text("Repris\xa0: 4,00\xa0€")
    expect(page.locator("#till-sales button")).to_have_count(1)

    page.locator("#till-sales button").press("Enter")
    page.locator("#till-amount").press("Enter")

    expect(page.locator("#till-receipt-title")).to_have_text("Repris\xa0: 8,00\xa0€")
    row = page.locator("#till-sales > li").first
    expect(row).to_contain_text("Retour · Ada Lovelace")
    expect(row.locator(".till__amount").first).to_have_text("−8,00\xa0€")
    expect(row).to_contain_text("À rendre\xa0: espèces")
    expect(page.locator("#till-sales button")).to_have_count(0)
    assert sorted(Return.objects.values_list("total_cents", flat=True)) == [400, 800]


def test_says_what_a_return_gives_back_that_was_kept_while_the_network_was_away(
    visit: Visit, ada: Member
):
    page = visit.page
    add_line(page, "Thé", "12")
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()
    page.context.set_offline(True)
    page.locator("#till-sales button").press("Enter")
    page.locator("#till-amount").press("Enter")
    row = page.locator("#till-sales > li").first
    expect(row).to_contain_text("En entier")

    page.context.set_offline(False)

    expect(row).to_contain_text("À rendre\xa0: espèces")
    expect(row.locator(".till__amount").first).to_have_text("−12,00\xa0€")
