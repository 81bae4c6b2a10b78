"""A member's whole story: joins, buys, reads why, takes a reward, uses it, and leaves."""

import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from loyalty.mailing import sending
from loyalty.programmes.models import Store
from members.models import Member
from tests.journeys.tills import Till
from tests.journeys.walking import HABITS, Habit, Walker, walking
from tests.pages.conftest import add_reward, add_rule, set_up
from tests.portal.entering import deliver, last_code

ADA = "ada@example.test"
COFFEE = {
    "when": {"categories": ["coffee"]},
    "then": {"give": "multiplier", "factor": "2"},
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(live_server: LiveServer) -> Till:
    """A shop that gives 1 point per euro, twice as many for coffee, and a coffee for 80."""
    set_up()
    add_rule("coffee", "Le café compte double", "Coffee counts double", COFFEE)
    add_reward(1, "Un café offert", "A coffee on the house", 80)
    store = Store.objects.create(code="bastille", name="Maison Lise Bastille", city="Paris")
    return Till(live_server.url, store=store)


@pytest.mark.parametrize("habit", HABITS, ids=str)
def test_a_member_joins_earns_spends_and_leaves(
    browser: Browser, live_server: LiveServer, till: Till, habit: Habit
):
    with walking(browser, live_server.url, habit) as ada:
        joins(ada)
        types_the_code_of_the_mail(ada)
        card = shows_the_card(ada)
        buys_coffee_and_cups(till, card)
        reads_why(ada)
        code = takes_the_coffee(ada)
        has_it_at_the_till(till, code)
        sees_that_it_is_used(ada)
        is_written_to(ada)
        downloads_what_is_known(ada)
        leaves(ada)
        ada.saw_no_fault()


def joins(ada: Walker) -> None:
    ada.open("/")
    ada.follow("Join")
    ada.stands_at("Join the programme")
    ada.write("First name", "Ada")
    ada.write("Last name", "Lovelace")
    ada.write("E-mail address", ADA)
    ada.tick("I am 15 or older")
    ada.press("Receive my code")


def types_the_code_of_the_mail(ada: Walker) -> None:
    ada.stands_at("Enter your code")
    ada.write("Code of 6 digits", last_code(ADA))
    ada.press("Continue")
    ada.reads("Welcome. Your card is ready: show it with your next purchase.")


def shows_the_card(ada: Walker) -> str:
    """Open the card and return the number that a till would scan."""
    ada.stands_at("My card")
    assert ada.text_of("#balance") in ("0 point", "0 points")
    ada.reads("Your movements will appear here.")
    ada.toggle("Show my card")
    ada.reads("Number to earn points")
    expect(ada.page.locator(".qr svg")).to_be_visible()
    number = ada.text_of(".shown__number strong").replace(" ", "")
    ada.toggle("Put my card away")
    expect(ada.page.locator(".qr")).to_have_count(0)
    return number


def buys_coffee_and_cups(till: Till, card: str) -> None:
    """50 euros, of which 40 are coffee: 50 points, and 40 more."""
    lines = [
        {"sku": "CAF", "category": "coffee", "quantity": "2", "amount": "40.00"},
        {"sku": "CUP", "category": "cups", "quantity": "1", "amount": "10.00"},
    ]
    sale = {"member": {"card": card}, "receipt": "T1-7", "total": "50.00", "lines": lines}

    answer = till.post("/purchases", sale, key="sale-7")

    assert (answer["award"]["points"], answer["balance"]["available"]) == (90, 90)


def reads_why(ada: Walker) -> None:
    ada.follow("History")
    ada.stands_at("History")
    ada.reads("balance 90")
    ada.unfold("Purchase")
    ada.reads("Why these points")
    told = ada.text_of(".rows__more")
    for part in ("1 point per €1.00 on €50.00 +50", "Coffee counts double on €40.00 +40"):
        assert " ".join(ada.say(part).split()) in told


def takes_the_coffee(ada: Walker) -> str:
    """Take a coffee for 80 points and return the voucher's code."""
    ada.follow("Rewards")
    ada.reads("Yours now")
    ada.follow("A coffee on the house")
    ada.stands_at("A coffee on the house")
    ada.toggle("Use 80 points")
    ada.reads("Use 80 points?")
    ada.reads("You will have 10 points left")
    ada.press("Use 80 points")
    ada.stands_at("A coffee on the house")
    ada.reads("Show it at the till.")
    expect(ada.page.locator(".qr svg")).to_be_visible()
    return ada.text_of(".voucher__code")


def has_it_at_the_till(till: Till, code: str) -> None:
    """The cashier types the code as it is printed, in groups."""
    typed = quote(code)
    assert till.get(f"/vouchers/{typed}")["state"] == "open"
    assert till.post(f"/vouchers/{typed}/use", {}, key="coffee-7")["state"] == "used"


def sees_that_it_is_used(ada: Walker) -> None:
    ada.page.reload()
    ada.reads("Used on")
    expect(ada.page.locator(".qr")).to_have_count(0)


def is_written_to(ada: Walker) -> None:
    """The worker sends what has happened meanwhile, once, in the member's language."""
    deliver()
    sending.send(at=timezone.now())
    code, welcome = (message.subject for message in mail.outbox if message.to == [ADA])
    assert code.endswith(ada.say("is your Maison Lise code"))
    assert welcome == ada.say("Welcome to Maison Lise")


def downloads_what_is_known(ada: Walker) -> None:
    ada.follow("Me")
    ada.follow("Your data")
    ada.stands_at("Your data")
    with zipfile.ZipFile(ada.download("Download my data")) as file:
        names = file.namelist()
        assert {Path(name).suffix for name in names} == {".html", ".json", ".csv"}
        told = file.read(next(name for name in names if name.endswith(".json"))).decode()
    assert ADA in told
    assert "T1-7" in told


def leaves(ada: Walker) -> None:
    ada.follow("See what I would lose")
    ada.stands_at("Leave the programme")
    ada.press("Leave the programme")
    ada.stands_at("You have left the programme")
    assert Member.objects.get().closed_at is not None
    ada.open("/me/")
    assert ada.page.url.startswith(f"{ada.visit.base}/login/")
