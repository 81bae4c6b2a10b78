"""The history: every movement of mine, why, and what was left; nobody else's."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import Store, Tier
from members import enrolling, returning
from members.models import Member, Purchase
from members.returning import Brought
from members.selling import SaleLine
from rewards import redeeming
from tests.conftest import NOON
from tests.pages.conftest import add_reward, add_rule
from tests.portal import shelf
from tests.portal.ledgering import DAY, adjust, buy
from tests.portal.test_card import GUARD, said

PAGE = "/me/history/"
FILE = "/me/history/download/"


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada(points=0)


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


@pytest.fixture
def story(ada: Member) -> Member:
    """A purchase whose points are over, one at a tier, a reward given back, an adjustment."""
    Tier.objects.filter(code="silver").update(multiplier="1.50")
    revising.touch()
    Member.objects.update(enrolled_at=NOON - 400 * DAY)
    ada.refresh_from_db()
    paris = Store.objects.create(code="paris", name="Maison Lise Paris")
    buy(ada, "300.00", "1", at=NOON - 366 * DAY)
    buy(
        ada, "24.00", "2", at=NOON - 9 * DAY, store=paris, receipt="=R-7",
        lines=[
            SaleLine(name="Sablés", amount_cents=1_500, quantity="2.000"),
            SaleLine(name="Thé", amount_cents=900),
        ],
    )  # fmt: skip
    coffee = add_reward(1, "Un café offert", "A coffee on the house", 20)
    redemption = redeeming.redeem(member=ada, reward=coffee, key="r", at=NOON - 5 * DAY)
    redeeming.cancel(redemption=redemption, key="c", at=NOON - 4 * DAY)
    adjust(ada, 10, reason="goodwill", key="a", at=NOON - 3 * DAY)
    return ada


def rows(browser: Client, query: str = "") -> list[tuple[str, str, int, int]]:
    history = browser.get(PAGE + query).context["history"]
    return [
        (row.words, row.at.date().isoformat(), row.figure, row.balance) for row in history.rows
    ]


class TestTheRows:
    def test_tell_the_whole_story_in_exact_figures(self, story: Member, browser: Client):
        User.objects.update(language="fr")

        assert rows(browser) == [
            ("Points expirés", "2026-03-09", -300, 46),
            ("Ajustement\u00a0: un geste de notre part", "2026-03-07", 10, 346),
            ("Récompense annulée\u00a0: Un café offert", "2026-03-06", 20, 336),
            ("Récompense\u00a0: Un café offert", "2026-03-05", -20, 316),
            ("Achat", "2026-03-01", 36, 336),
            ("Achat", "2025-03-09", 300, 300),
        ]

    def test_say_the_same_in_english(self, story: Member, browser: Client):
        assert [row[0] for row in rows(browser)] == [
            "Points expired",
            "Adjustment: a gesture from us",
            "Reward cancelled: A coffee on the house",
            "Reward: A coffee on the house",
            "Purchase",
            "Purchase",
        ]

    def test_open_on_why_and_on_the_receipt(self, story: Member, browser: Client):
        page = said(browser, PAGE)

        assert "1 March 2026</time>, Maison Lise Paris" in page
        assert "Why these points" in page
        assert "Silver tier" in page
        assert "+12" in page
        assert "on €24.00" in page
        assert "Good until 1 March 2027." in page
        assert "Receipt =R-7" in page
        assert "× 2" in page
        assert "€15.00" in page

    def test_tell_a_return_with_what_came_back(self, ada: Member, browser: Client):
        nice = Store.objects.create(code="nice", name="Maison Lise Nice")
        tea = [SaleLine(name="Thé vert", amount_cents=3_000, quantity=Decimal(3))]
        buy(ada, "30.00", "1", at=NOON - 9 * DAY, lines=tea)
        brought = Brought(
            purchase=Purchase.objects.get(), occurred_at=NOON, quantities={1: Decimal(2)},
            store=nice, receipt="B-1",
        )  # fmt: skip
        returning.record(brought=brought, key="back", at=NOON)

        assert rows(browser)[0] == ("Points taken back after a return", "2026-03-10", -20, 10)
        page = said(browser, PAGE)
        assert "10 March 2026</time>, Maison Lise Nice" in page
        assert "Return of the purchase of 1 March 2026" in page
        assert "× 2" in page
        assert "€20.00" in page
        written = b"".join(browser.get(FILE).streaming_content).decode()
        assert "Maison Lise Nice,-20,0,10,B-1," in written

    def test_name_the_rule_of_a_bonus_and_no_rule_that_gave_nothing(
        self, ada: Member, browser: Client
    ):
        add_rule(
            "weekend", "Le week-end", "Weekend treat",
            {"when": {"weekdays": [6, 7]}, "then": {"give": "multiplier", "factor": "2"}},
        )  # fmt: skip
        revising.touch()
        buy(ada, "20.00", "1")

        assert "Weekend treat" not in said(browser, PAGE)

    def test_are_mine_alone(self, story: Member, browser: Client):
        grace = enrolling.enrol(at=NOON, first_name="Grace", email="grace@example.test")
        buy(grace, "77.00", "g")
        last = browser.get(PAGE).context["history"].rows[-1].number

        assert len(rows(browser)) == 6
        assert "77" not in said(browser, PAGE)
        grace.user = User.objects.create_user("grace@example.test", language="en")
        grace.save()
        hers = shelf.browser_of(grace)
        assert [row[2] for row in rows(hers)] == [77]
        assert last == 1


class TestTheFilters:
    @pytest.mark.parametrize(
        ("query", "figures"),
        [
            ("?show=earned", [10, 36, 300]),
            ("?show=used", [20, -20]),
            ("?show=expired", [-300]),
            ("?year=2025", [300]),
            ("?show=used&year=2025", []),
            ("?show=nonsense&year=1066", [-300, 10, 20, -20, 36, 300]),
        ],
    )
    def test_live_in_the_address(
        self, story: Member, browser: Client, query: str, figures: list[int]
    ):
        assert [row[2] for row in rows(browser, query)] == figures

    def test_say_which_are_set(self, story: Member, browser: Client):
        history = browser.get(f"{PAGE}?show=used&year=2025").context["history"]

        assert [chip.words for chip in history.flows if chip.is_on] == ["Used"]
        assert [(chip.words, chip.query, chip.is_on) for chip in history.years] == [
            ("2026", "show=used&year=2026", False),
            ("2025", "show=used", True),
        ]
        assert "No movement matches these filters." in said(browser, f"{PAGE}?show=used&year=2025")

    def test_of_a_cursor_that_is_none_lead_back_to_the_first_page(
        self, story: Member, browser: Client
    ):
        assert browser.get(f"{PAGE}?after=nonsense").headers["Location"] == PAGE


class TestThePages:
    def test_go_on_where_the_last_ended(self, ada: Member, browser: Client):
        for number in range(25):
            buy(ada, "5.00", str(number), at=NOON - DAY)
        first = browser.get(PAGE).context["history"]

        second = browser.get(f"{PAGE}?{first.older}", headers={"HX-Request": "true"})

        assert [row.number for row in first.rows] == list(range(25, 5, -1))
        assert [row.number for row in second.context["history"].rows] == [5, 4, 3, 2, 1]
        assert b"<html" not in second.content
        assert second.context["history"].older is None

    def test_begin_in_words(self, ada: Member, browser: Client):
        page = said(browser, PAGE)

        assert "Your movements will appear here." in page
        assert "Download" not in page

    def test_ask_as_much_for_two_rows_as_for_twenty(
        self, ada: Member, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        coffee = add_reward(1, "Un café", "A coffee", 1)
        self._fill(ada, coffee, 0, 1)
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as few:
            browser.get(PAGE)
        self._fill(ada, coffee, 1, 10)

        with django_assert_num_queries(len(few)):
            assert len(rows(browser)) == 20
        assert len(few) == GUARD + 6

    @staticmethod
    def _fill(ada: Member, coffee: object, first: int, last: int) -> None:
        for number in range(first, last):
            at = NOON - (20 - number) * DAY
            buy(ada, "5.00", str(number), at=at)
            redeeming.redeem(member=ada, reward=coffee, key=f"r{number}", at=at)


class TestTheFile:
    def read(self, browser: Client, delimiter: str = ",") -> list[list[str]]:
        response = browser.get(FILE)
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))

    def test_holds_every_movement(self, story: Member, browser: Client):
        written = self.read(browser)

        assert written[0] == [
            "Date", "Movement", "Store", "Points", "Pending points", "Balance", "Receipt", "Why"
        ]  # fmt: skip
        assert [line[3] for line in written[1:]] == ["-300", "10", "20", "-20", "36", "300"]
        assert written[4][:6] == [
            "2026-03-05", "Reward: A coffee on the house", "", "-20", "0", "316"
        ]  # fmt: skip

    def test_lets_no_cell_be_run(self, story: Member, browser: Client):
        assert self.read(browser)[5][6] == "'=R-7"

    def test_is_french_for_the_french(self, story: Member, browser: Client):
        User.objects.update(language="fr")
        response = browser.get(FILE)

        assert response.headers["Content-Disposition"] == (
            'attachment; filename="historique-des-points.csv"'
        )
        assert self.read(browser, ";")[2][1] == "Ajustement\u00a0: un geste de notre part"

    def test_is_written_a_few_hundred_at_a_time(self, ada: Member, browser: Client):
        for number in range(5):
            buy(ada, "5.00", str(number), at=NOON - DAY)

        assert browser.get(FILE).streaming is True
        assert len(self.read(browser)) == 6


class TestTheStatement:
    def test_of_a_year_is_offered_where_the_year_is_chosen(self, story: Member, browser: Client):
        offered = 'href="/me/history/statement/?from=2026-01-01&amp;to=2026-12-31"'

        assert offered in browser.get(f"{PAGE}?year=2026").content.decode()
        assert offered not in browser.get(PAGE).content.decode()

    def test_is_a_file_from_opening_to_closing(self, story: Member, browser: Client):
        response = browser.get("/me/history/statement/?from=2026-03-01&to=2026-03-31")

        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert response["Content-Disposition"] == (
            'attachment; filename="points-statement-2026-03-01-2026-03-10.csv"'
        )
        assert rows[1] == ["2026-03-01", "Opening", "", "0", "0", "300", ""]
        assert [row[1] for row in rows[2:-1]] == [
            "Purchase", "Reward", "Points given back", "Adjustment: a gesture from us",
            "Points expired",
        ]  # fmt: skip
        assert rows[-1][1:6] == ["Closing", "", "0", "0", "46"]
