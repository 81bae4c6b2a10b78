"""The page of retention: periods in its address, figures from facts, tables as files."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from analytics import facts
from analytics.periods import Period
from analytics.reporting import PeriodImpossible
from loyalty import grants
from loyalty.desk.retention import charting, picking
from loyalty.desk.retention.charting import Point
from loyalty.identity import staffing
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store
from members import enrolling, purchasing
from tests.conftest import NOON
from tests.members.builders import sale
from tests.pages.conftest import set_up

TODAY = date(2026, 3, 10)
ADDRESS = "/desk/retention/"


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    with translation.override("fr"):
        yield


def picked(**asked: str) -> picking.Picked:
    return picking.pick(asked=asked, today=TODAY, stores=[])


class TestPick:
    @pytest.mark.parametrize(
        ("key", "first", "last", "label"),
        [
            ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "février 2026"),
            ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31), "T4 2025"),
            ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
            ("2026-01-05_2026-01-20", date(2026, 1, 5), date(2026, 1, 20),
             "du 5 janvier 2026 au 20 janvier 2026"),
        ],
    )  # fmt: skip
    def test_reads_what_it_writes(self, key: str, first: date, last: date, label: str):
        found = picked(period=key)

        assert found.period == Period(first, last)
        assert found.query == f"period={key}"
        assert found.label == label

    def test_takes_the_last_month_that_is_over(self):
        assert picked().query == "period=2026-02"

    def test_steps_to_the_neighbours_and_not_beyond_today(self):
        assert picked(period="2026-02").before_query == "period=2026-01"
        assert picked(period="2026-02").after_query == "period=2026-03"
        assert picked(period="2026-03").after_query is None
        assert picked(period="2025-Q4").after_query == "period=2026-Q1"

    def test_changes_the_kind_around_the_last_day(self):
        assert [query for _name, query, _on in picked(period="2025-11").kinds] == [
            "period=2025-11", "period=2025-Q4", "period=2025",
        ]  # fmt: skip

    def test_reads_a_form_of_two_days(self):
        assert picked(**{"from": "2026-01-05", "to": "2026-01-20"}).query == (
            "period=2026-01-05_2026-01-20"
        )

    @pytest.mark.parametrize(
        "key", ["2026-13", "2026-Q5", "0000", "9999-12", "x", "2026-02-30_2026-03-01", "_",
                "2026-03-01_2026-02-01", "２０２６"],
    )  # fmt: skip
    def test_refuses_what_is_no_period(self, key: str):
        with pytest.raises(PeriodImpossible):
            picked(period=key)


class TestLayOut:
    def test_stands_bars_on_zero_by_the_highest_value(self):
        low, high, none = charting.lay_out(
            [Point("a", "1", 1), Point("b", "2", 2, year_before=1), Point("c", "–", None)]
        )

        assert (low.height * 2, none.height) == (high.height, 0)
        assert low.y + low.height == high.y + high.height == charting.FLOOR
        assert (low.line_y, high.line_y) == (None, charting.FLOOR - low.height)

    def test_draws_nothing_of_nothing(self):
        assert charting.lay_out([]) == []
        assert [bar.height for bar in charting.lay_out([Point("a", "0", 0)])] == [0]


def buy(name: str, *days: str, store: Store | None = None) -> None:
    first = datetime.fromisoformat(f"{min(days)}T12:00:00+01:00")
    member = enrolling.enrol(at=first, first_name=name, external_id=name)
    for day in days:
        at = datetime.fromisoformat(f"{day}T12:00:00+01:00")
        told = sale(member, "20.00", occurred_at=at, store=store)
        purchasing.record(sale=told, key=f"{name} {day}", at=at, is_historic=True)


@pytest.fixture
def bought(db: None) -> Programme:
    """Ada came in January and February, Bea in January alone, Cid twice in February."""
    programme = set_up(at=NOON - timedelta(days=400))
    paris = Store.objects.create(code="paris", name="Paris")
    buy("Ada", "2026-01-05", "2026-02-03", store=paris)
    buy("Bea", "2026-01-20")
    buy("Cid", "2026-02-11", "2026-02-12")
    facts.refresh(at=NOON)
    return programme


@pytest.fixture
def page(desk: Client) -> Any:
    def get(query: str = "", client: Client = desk) -> Any:
        with time_machine.travel(NOON, tick=False):
            return client.get(f"{ADDRESS}{query}")

    return get


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def text_of(response: Any) -> str:
    return " ".join(plain(response.content.decode()).split())


class TestThePage:
    def test_says_who_came_back_in_february(self, bought: Programme, page: Any):
        shown = page().context["shown"]

        told = [(one.code, plain(one.value), plain(one.over)) for one in shown.keys]
        assert told == [
            ("retention_rate", "50 %", "1 / 2"),
            ("repeat_purchase_rate", "50 %", "1 / 2"),
            ("purchase_frequency", "1,5", "3 / 2"),
            ("average_basket", "20,00 €", "60,00 € / 3"),
        ]

    def test_follows_each_cohort(self, bought: Programme, page: Any):
        cohorts = page().context["shown"].cohorts

        assert [(one.label, one.size) for one in cohorts] == [
            ("janvier 2026", 2), ("février 2026", 1),
        ]  # fmt: skip
        assert [cell.buyers for cell in cohorts[0].cells] == [1]
        assert [cell.tint for cell in cohorts[0].cells] == [10]

    def test_marks_the_month_that_is_not_over(self, bought: Programme, page: Any):
        response = page("?period=2026-03")

        cohorts = response.context["shown"].cohorts
        assert "n’est pas terminée" in text_of(response)
        assert [cell.is_unfinished for cell in cohorts[0].cells] == [False, True]

    def test_keeps_to_one_store(self, bought: Programme, page: Any):
        shown = page("?period=2026-02&store=paris").context["shown"]

        assert next((one.code, one.over) for one in shown.keys) == ("retention_rate", "1 / 1")

    def test_names_nobody(self, bought: Programme, page: Any):
        text = text_of(page())

        assert not {"Ada", "Bea", "Cid"} & set(text.replace("<", " ").split())

    def test_refuses_an_impossible_period_in_words(self, bought: Programme, page: Any):
        response = page("?from=2026-03-01&to=2026-02-01")

        assert response.status_code == 400
        assert "Une période s’achève" in text_of(response)

    def test_is_there_before_the_first_purchase_and_before_the_programme(
        self, page: Any, db: None
    ):
        assert "dès le premier achat" in text_of(page())
        set_up(at=NOON - timedelta(days=400))
        assert "Aucun achat de membre" in text_of(page())

    def test_costs_the_same_however_many_members(self, bought: Programme, page: Any):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                page()
            return len(queries)

        count()
        few = count()
        for number in range(20):
            buy(f"Member {number}", "2026-01-08", "2026-02-08")
        facts.refresh(at=NOON)

        assert count() == few


class TestItsFiles:
    def test_hold_the_cohorts(self, bought: Programme, page: Any):
        response = page("?period=2026-02&csv=cohorts")

        assert response["Content-Disposition"] == 'attachment; filename="cohorts-2026-02.csv"'
        assert response.content.decode("utf-8-sig").splitlines() == [
            "cohorte,0,1", "2026-01,2,1", "2026-02,1",
        ]  # fmt: skip

    def test_hold_every_measure_exactly(self, bought: Programme, page: Any):
        lines = page("?period=2026-02&csv=measures").content.decode("utf-8-sig").splitlines()

        assert lines[0] == "indicateur,du,au,valeur,numérateur,dénominateur"
        assert "retention_rate,2026-02-01,2026-02-28,0.5,1,2" in lines
        assert "average_basket,2026-02-01,2026-02-28,20.00,60.00,3" in lines


@pytest.mark.django_db
class TestWhoMayLook:
    def sign_in(self, role: Role) -> Client:
        grants.sync()
        client = Client()
        client.force_login(staffing.appoint(email=f"{role.name}@example.test", role=role))
        return client

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.MARKETING, Role.AUDITOR])
    def test_reads_all_stores(self, bought: Programme, page: Any, role: Role):
        assert page(client=self.sign_in(role)).status_code == 200

    def test_is_not_a_cashier_s_business(self, bought: Programme, page: Any):
        assert page(client=self.sign_in(Role.CASHIER)).status_code == 403

    def test_of_a_manager_is_their_own_stores(self, bought: Programme, page: Any):
        nobody = self.sign_in(Role.STORE_MANAGER)

        assert page(client=nobody).status_code == 403
