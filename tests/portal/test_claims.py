"""Missing points on a member's own pages: what is on the receipt, and what came of it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from members import enrolling, purchasing
from members.models import Claim, Member, Purchase
from tests.conftest import NOON
from tests.members.builders import sale
from tests.portal.test_household import browser_of

KEY = "a-key-of-the-form"
# The session, the user, the member, the revision of the rules; the claims.
QUERIES = 5


@pytest.fixture(autouse=True)
def _noon(shop: None) -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def browser() -> Client:
    ada = enrolling.enrol(at=NOON, first_name="Ada", last_name="L", email="ada@shop.test")
    return browser_of(ada)


def claim(browser: Client, **said: str) -> str:
    told = {"receipt": "R-7", "bought_on": "2026-03-10", "total": "20.00", "key": KEY}
    answer = browser.post("/me/claims/", told | said, follow=True)
    return " ".join(answer.content.decode().split())


class TestClaiming:
    def test_says_what_was_added(self, browser: Client):
        purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="sale", at=NOON)

        page = claim(browser)

        assert "The receipt is on your card" in page
        assert Purchase.objects.get().member == Member.objects.get()

    def test_says_the_same_of_whatever_does_not_fit(self, browser: Client):
        purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="sale", at=NOON)

        near = claim(browser, total="20.01")

        assert "We look at the receipt and answer by e-mail and here." in near
        assert "20.00" not in near
        assert Purchase.objects.get().member is None
        said = Claim.objects.get()
        assert said.case is not None
        assert f"/me/help/{said.case.public_id}/" in near

    @pytest.mark.parametrize(
        "wrong",
        [
            {"receipt": ""}, {"receipt": "x" * 81}, {"bought_on": "2026-03-11"},
            {"bought_on": "2025-03-01"}, {"total": "-1"}, {"total": "1.234"}, {"total": "much"},
            {"key": ""},
        ],
    )  # fmt: skip
    def test_takes_nothing_that_no_receipt_says(self, browser: Client, wrong: dict[str, str]):
        claim(browser, **wrong)

        assert Claim.objects.exists() is False

    @pytest.mark.parametrize("key", ["", "short", "x" * 65])
    def test_says_so_where_the_page_had_no_key(self, browser: Client, key: str):
        page = claim(browser, key=key)

        assert "Nothing was sent: the page had not loaded whole. Send it again." in page
        assert 'value="R-7"' in page

    def test_says_when_it_is_enough(self, browser: Client):
        for number in ("A", "B", "C"):
            claim(browser, receipt=number, key=f"{KEY}-{number}")

        assert "You have claimed several receipts." in claim(browser)

    @pytest.mark.parametrize("count", [1, 3])
    def test_asks_the_same_for_one_claim_as_for_three(
        self, browser: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for number in range(count):
            claim(browser, receipt=f"N{number}", key=f"{KEY}-{number}")

        with django_assert_num_queries(QUERIES):
            browser.get("/me/claims/")
