"""A cashier's browser at the web till: how it is opened, and what fingers do there."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from loyalty import grants
from loyalty.clients.models import Shift
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store
from members import enrolling
from members.models import Member
from rewards.models import RewardKind
from tests.pages.browsing import DESK, Visit, visiting
from tests.pages.conftest import add_reward, set_up

PAGE = "/desk/till/"


@pytest.fixture
def ada(transactional_db: None) -> Member:
    set_up()
    grants.sync()
    Store.objects.create(code="rivoli", name="Rue de Rivoli")
    add_reward(1, "Un café offert", "A free coffee", 10, kind=RewardKind.VOUCHER)
    return enrolling.enrol(
        at=timezone.now(), first_name="Ada", last_name="Lovelace", email="ada@example.test",
        card="2000000000015",
    )  # fmt: skip


def sign_in_cashier(language: str) -> str:
    user = User.objects.create_user("karim@example.test", is_staff=True, language=language)
    user.groups.add(Group.objects.get(name=Role.CASHIER.value))
    browser = Client()
    browser.force_login(user)
    return browser.cookies["session"].value


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, ada: Member, browser: Browser, live_server: LiveServer
) -> Iterator[Visit]:
    language, scheme, width = getattr(request, "param", ("fr", "light", DESK))
    session = sign_in_cashier(language)
    with visiting(
        browser, live_server.url, language=language, scheme=scheme, width=width, session=session
    ) as visit:
        open_till(visit)
        yield visit


def open_till(visit: Visit) -> None:
    visit.page.goto(visit.base + PAGE)
    visit.page.locator("#till-open button").press("Enter")
    expect(visit.page.locator("#till-shown")).to_be_focused()


def show_card(page: Page, text: str = "2000000000015") -> None:
    page.keyboard.press("F2")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#till-name, #till-first").filter(visible=True)).to_have_count(1)


def add_line(page: Page, what: str, price: str, quantity: str = "") -> None:
    """Type a line by keyboard: from the product to its price and on by Enter."""
    page.keyboard.press("F4")
    expect(page.locator("#till-what")).to_be_focused()
    page.keyboard.type(what)
    page.keyboard.press("Tab")
    if quantity:
        page.keyboard.type(quantity)
    page.keyboard.press("Tab")
    page.keyboard.type(price)
    page.keyboard.press("Enter")
    expect(page.locator("#till-what")).to_have_value("")


def words(page: Page, selector: str) -> str:
    return " ".join(page.locator(selector).inner_text().split())


def sell(page: Page, what: str, price: str) -> None:
    """Sell one line by cash to whoever is there, and go on to the next customer."""
    add_line(page, what, price)
    page.keyboard.press("F9")
    expect(page.locator("#till-next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#till-shown")).to_be_focused()


def set_points_aside(page: Page, price: str) -> None:
    """Let Ada earn 500 points, and set as many as pay aside for a basket of one line."""
    show_card(page)
    sell(page, "Machine", "500")
    show_card(page)
    add_line(page, "Thé", price)
    page.locator("#till-hold").press("Enter")
    expect(page.locator("#till-tenders li")).to_have_count(1)


def end_shifts() -> None:
    """End the key of whoever stands at the till, as half an hour without a move does."""
    for shift in Shift.objects.all():
        shift.key.revoked = True
        shift.key.save()


def enrol_bob(card: str = "2000000000022") -> Member:
    return enrolling.enrol(
        at=timezone.now(), first_name="Bob", email="bob@example.test", card=card
    )
