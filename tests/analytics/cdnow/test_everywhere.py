"""The command, the API and the pages tell the same figures of the sample."""

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from analytics import predicting
from analytics.measures.registry import get_measures
from analytics.measuring import Family
from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.identity.models import User
from tests.analytics.asking import ask
from tests.analytics.builders import NOW
from tests.analytics.cdnow.published import (
    COLUMNS,
    COUNTS,
    FIGURES,
    LABELS,
    OVERALL,
    PARAMETERS,
    SCORES,
    WEEK_39,
    WRITTEN,
    Days,
    get_fitted,
    is_it,
)
from tests.desk.reading import words_of
from tests.members.api.conftest import Caller

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

Q4 = ("--from", "1997-10-01", "--to", "1997-12-31")
RETENTION = [code for code, one in get_measures().items() if one.family == Family.RETENTION]
of_each_period = pytest.mark.parametrize("days", FIGURES, ids="..".join)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client_of_all() -> Caller:
    scopes = [Scope.MEASURES_READ]
    return Caller(issuing.create_client(name="Board", scopes=scopes, store=None, at=NOW))


@pytest.fixture
def desk() -> Browser:
    browser = Browser()
    browser.force_login(User.objects.create_superuser(email="a@example.org", password="x"))
    return browser


def said_by_api(client: Caller, words: str = "") -> dict[str, Any]:
    days = "from=1997-10-01&to=1997-12-31"
    return {
        code: client.get(f"/measures/{code}?{days}{words}").json()["figure"] for code in RETENTION
    }


def plain(said: dict[str, Any]) -> dict[str, Any]:
    """A figure of the API as the command prints it."""
    told = {name: said[name] for name in ("value", "numerator", "denominator")}
    columns = {name: column["value"] for name, column in said["columns"].items()}
    return told | ({"columns": columns} if columns else {})


class TestTheFourthQuarterOf1997:
    @pytest.mark.parametrize(
        ("flags", "words"),
        [
            ((), ""),
            (("--value-group", "BEST"), "&value=BEST"),
            (("--channel", "web"), "&channel=web"),
        ],
    )
    def test_is_told_alike_by_command_and_api(
        self, client_of_all: Caller, flags: tuple[str, ...], words: str
    ) -> None:
        by_command = ask("measures", *Q4, *flags)["measures"]

        by_api = said_by_api(client_of_all, words)

        assert {code: plain(said) for code, said in by_api.items()} == {
            code: by_command[code] for code in RETENTION
        }

    def test_is_written_so_on_its_page(self, client_of_all: Caller, desk: Browser) -> None:
        page = desk.get(
            "/desk/measures/chapters/retention/?period=1997-Q4",
            headers={"Accept-Language": "fr"},
        )

        said = said_by_api(client_of_all)
        shown = page.content.decode()
        told = {one.code: one for one in page.context["chapter"].told}
        # Nobody came for the first time: cohorts have no figure, and are told by their table.
        assert sorted([*told, "cohort_retention"]) == sorted(RETENTION)
        for code, one in told.items():
            assert number_in(one.numerator) == amount(said[code]["numerator"]), code
            assert number_in(one.denominator) == amount(said[code]["denominator"]), code
            assert one.value in shown
        assert "48,6" in told["retention_rate"].value


class TestWhatWasPublished:
    @of_each_period
    def test_is_printed_by_the_command(self, days: Days) -> None:
        told = ask("measures", "--from", days[0], "--to", days[1])["measures"]

        check(days, told)

    @of_each_period
    def test_is_told_by_the_api(self, client_of_all: Caller, days: Days) -> None:
        asked = f"from={days[0]}&to={days[1]}"

        told = {
            code: plain(client_of_all.get(f"/measures/{code}?{asked}").json()["figure"])
            for code in WRITTEN[days]
        }

        check(days, told)

    @of_each_period
    def test_is_written_on_the_page_of_each_measure(self, desk: Browser, days: Days) -> None:
        asked = f"from={days[0]}&to={days[1]}"

        for code, written in WRITTEN[days].items():
            page = words_of(desk, f"/desk/measures/{code}/?{asked}")
            now = page.partition(" Show ")[2]
            assert now.startswith(f"{LABELS[days]} {written[0]} "), code
            assert all(f" {words} " in now for words in written), code

    @of_each_period
    def test_is_exact_in_the_table_of_the_page(self, desk: Browser, days: Days) -> None:
        asked = f"from={days[0]}&to={days[1]}"

        for code, published in FIGURES[days].items():
            answer = desk.get(f"/desk/measures/{code}/table.csv?{asked}")
            *_, last = csv.reader(StringIO(answer.content.decode()), delimiter=";")
            digits = 4 if get_measures()[code].unit == "MONEY" else 6
            assert (last[0], last[1]) == days, code
            assert round(float(last[2].replace(",", ".")), digits) == published, code

    def test_is_all_asked_for(self) -> None:
        """What one of them tells, all of them are asked."""
        for days in FIGURES:
            assert set(WRITTEN[days]) == {*FIGURES[days], *COUNTS[days], *COLUMNS[days]}


class TestScores:
    @pytest.mark.parametrize("scoring", SCORES)
    def test_are_the_same_everywhere(
        self, client_of_all: Caller, desk: Browser, scoring: str
    ) -> None:
        by_command = ask("rfm", "--at", "1998-06-30", "--scoring", scoring)["scores"]
        by_api = client_of_all.get(f"/measures/rfm/grid?at=1998-06-30&scoring={scoring}").json()
        page = words_of(desk, f"/desk/measures/rfm/?period=1998-06&scoring={scoring}")

        assert {score: by_command[score] for score in ("555", "111")} == SCORES[scoring]
        assert (by_api["scores"], by_api["members"]) == (by_command, 2_357)
        for score, members in SCORES[scoring].items():
            assert f"Score {score} of recency, frequency and revenue {members} · " in page


class TestTheFit:
    def test_is_the_same_everywhere(self, client_of_all: Caller, desk: Browser) -> None:
        predicting.predict(day=WEEK_39, at=NOW)

        by_command = ask("forecast", "--at", f"{WEEK_39}")
        [by_api] = client_of_all.get("/measures/clv_predicted/fits").json()["fits"]
        page = words_of(desk, "/desk/fits/")

        assert get_fitted(by_command) == get_fitted(by_api) == PARAMETERS
        assert by_api["as_of"] == f"{WEEK_39}"
        assert by_command["members"] == by_api["members"] == 2_357
        assert by_api["outlook"]["alive"] == pytest.approx(by_command["alive"])
        for name in ("r", "alpha", "a", "b"):
            assert f"parameter {name} {PARAMETERS['buying'][name]:.4f} " in page
        for name, published in PARAMETERS["spending"].items():
            [shown] = re.findall(rf"parameter {name} ([0-9.]+)", page)
            assert round(float(shown), 2) == published
        assert "log-likelihood of how often −9,582.43 " in page


class TestCohorts:
    def test_are_the_same_everywhere(self, client_of_all: Caller, desk: Browser) -> None:
        by_command = ask("cohorts", "--until", "1998-06-30")
        by_api = client_of_all.get("/measures/cohort_retention/cohorts?at=1998-06-30").json()
        page = desk.get("/desk/measures/cohort_retention/?period=1998-06")
        table = desk.get("/desk/measures/chapters/retention/?period=1998-06&csv=cohorts")

        assert {one["month"]: one["buyers"] for one in by_api["cohorts"]} == by_command
        assert [len(buyers) for buyers in by_command.values()] == [18, 17, 16]
        assert sum(buyers[0] for buyers in by_command.values()) == 2_357
        shown = {f"{row.month:%Y-%m}": row for row in page.context["drawings"].matrix.rows}
        for month, buyers in by_command.items():
            assert [cell.buyers for cell in shown[month].cells] == buyers[1:12]
            assert f'title="{buyers[1]}"' in page.content.decode()
        _head, *rows = csv.reader(StringIO(table.content.decode()), delimiter=";")
        assert {month: [int(one) for one in buyers] for month, *buyers in rows} == by_command


class TestTheCurve:
    def test_is_the_same_everywhere(self, client_of_all: Caller, desk: Browser) -> None:
        asked = f"from={OVERALL[0]}&to={OVERALL[1]}"

        by_command = ask("lorenz", "--from", OVERALL[0], "--to", OVERALL[1])
        said = client_of_all.get(f"/measures/pareto_share/curve?{asked}").json()
        page = desk.get(f"/desk/measures/pareto_share/?{asked}").content.decode()

        groups = by_command["groups"]
        assert (said["groups"], said["currency"]) == (groups, by_command["currency"])
        assert sum(group["members"] for group in groups) == 2_357
        assert sum(Decimal(group["revenue"]) for group in groups) == Decimal("244091.94")
        assert (groups[-1]["members_share"], groups[-1]["revenue_share"]) == (1, 1)
        [line] = re.findall(r'class="lorenz__line series-1" points="40,260 ([^"]*)"', page)
        assert line.split() == [
            f"{40 + round(260 * one['members_share'])},{260 - round(260 * one['revenue_share'])}"
            for one in groups
        ]


def check(days: Days, told: dict[str, Any]) -> None:
    """Hold what a command or the API tells of a period against what was published."""
    for code, published in FIGURES[days].items():
        assert is_it(told[code]["value"], published), code
    for code, counts in COUNTS[days].items():
        assert (told[code]["numerator"], told[code]["denominator"]) == counts, code
    for code, columns in COLUMNS[days].items():
        assert {name: told[code]["columns"][name] for name in columns} == columns, code


def number_in(words: str) -> Decimal | None:
    """The number in what a French page says: 14 786,63 $US."""
    digits = re.sub(r"[^0-9,-]", "", words).replace(",", ".")
    return Decimal(digits) if digits else None


def amount(said: str | int | float | None) -> Decimal | None:
    return None if said is None else Decimal(str(said))
