"""A member's own vouchers: open, used, over; and one held out to a till."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members import enrolling, vouchering
from members.models import Member, Voucher
from members.vouchering import Code
from tests.conftest import NOON
from tests.members.builders import give_voucher
from tests.portal import shelf
from tests.portal.test_rewards import page

LIST = "/me/vouchers/"


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada()


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


@pytest.fixture
def voucher(ada: Member) -> Voucher:
    return give_voucher(ada)


def listed(browser: Client, state: str = "", number: int = 1) -> list[tuple[str, str]]:
    rows = browser.get(LIST, {"state": state, "page": number}).context["listed"].rows
    return [(row.name, row.state) for row in rows]


class TestTheList:
    def test_shows_each_where_it_belongs(self, ada: Member, browser: Client):
        names = ("open", "used", "cancelled", "expired", "written down")
        made = {name: give_voucher(ada, name_en=name, days=30) for name in names}
        vouchering.use(code=made["used"].code, at=NOON)
        vouchering.cancel(voucher=made["cancelled"])
        for name in ("expired", "written down"):
            Voucher.objects.filter(pk=made[name].pk).update(expires_at=NOON)
        Voucher.objects.filter(pk=made["written down"].pk).update(state="EXPIRED")

        assert listed(browser) == [("open", "OPEN")]
        assert listed(browser, "nonsense") == [("open", "OPEN")]
        assert listed(browser, "used") == [("used", "USED")]
        assert sorted(listed(browser, "over")) == [
            ("cancelled", "CANCELLED"),
            ("expired", "EXPIRED"),
            ("written down", "EXPIRED"),
        ]

    def test_puts_what_expires_first_first(self, ada: Member, browser: Client):
        for days in (30, 10, 20):
            give_voucher(ada, name_en=f"{days} days", days=days)

        assert [name for name, _ in listed(browser)] == ["10 days", "20 days", "30 days"]

    def test_goes_page_by_page_in_one_statement(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for number in range(45):
            give_voucher(ada, name_en=f"{number:02}")
        browser.get(LIST)

        with django_assert_num_queries(5):  # session, user, member, revision, rows
            pages = [listed(browser, number=1)]
        pages += [listed(browser, number=number) for number in (2, 3, 4)]

        assert [len(rows) for rows in pages] == [20, 20, 5, 0]
        assert len({name for rows in pages for name, _ in rows}) == 45

    @pytest.mark.parametrize("number", ["0", "-1", "²", "99999999", "x"])
    def test_survives_any_page(self, browser: Client, number: str):
        assert browser.get(LIST, {"page": number}).status_code == 200

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("", "No voucher to use for now."),
            ("used", "No voucher used yet."),
            ("over", "No voucher has expired."),
        ],
    )
    def test_says_what_will_be_here(self, browser: Client, state: str, words: str):
        assert words in page(browser, f"{LIST}?state={state}")

    def test_shows_nobody_else_s(self, ada: Member, browser: Client):
        bob = enrolling.enrol(at=NOON, email="bob@example.test")
        give_voucher(bob)

        assert listed(browser) == []


class TestOneVoucher:
    def test_holds_its_code_out(self, browser: Client, voucher: Voucher):
        path = f"{LIST}{voucher.pk}/"

        said, html = page(browser, path), browser.get(path).content.decode()

        assert voucher.spelled.replace("-", " ") in said
        assert "Until 8 June 2026" in said
        assert "Worth €2.80" in said
        assert "Show it at the till." in said
        assert "<svg" in html[html.index('class="qr"') :]

    def test_shows_a_code_from_somebody_else_as_printed(self, ada: Member, browser: Client):
        voucher = give_voucher(ada, code=Code(folded="CINE1", printed="Cine-1"))

        assert "Cine-1" in page(browser, f"{LIST}{voucher.pk}/")

    def test_shows_no_qr_code_that_a_till_would_refuse(
        self, ada: Member, voucher: Voucher, time_machine: object
    ):
        path = f"{LIST}{voucher.pk}/"
        time_machine.move_to(voucher.expires_at - timedelta(seconds=1), tick=False)
        browser = shelf.browser_of(ada)
        assert 'class="qr"' in browser.get(path).content.decode()

        time_machine.move_to(voucher.expires_at, tick=False)
        assert 'class="qr"' not in browser.get(path).content.decode()
        assert "Expired: it was good until 8 June 2026" in page(browser, path)

    def test_says_when_it_was_used_or_that_it_was_cancelled(self, ada: Member, browser: Client):
        used, cancelled = give_voucher(ada), give_voucher(ada)
        vouchering.use(code=used.code, at=NOON)
        vouchering.cancel(voucher=cancelled)

        assert "Used on 10 March 2026" in page(browser, f"{LIST}{used.pk}/")
        assert "Cancelled: its points were given back" in page(browser, f"{LIST}{cancelled.pk}/")

    def test_looks_the_same_foreign_or_absent(self, ada: Member, browser: Client):
        foreign = give_voucher(enrolling.enrol(at=NOON, email="bob@example.test"))

        assert browser.get(f"{LIST}{foreign.pk}/").status_code == 404
        assert browser.get(f"{LIST}999999/").status_code == 404
        assert browser.get(f"{LIST}{'9' * 30}/").status_code == 404
