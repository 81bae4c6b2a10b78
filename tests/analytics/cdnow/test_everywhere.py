"""The command, the API and the pages tell the same figures of the sample."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from analytics.measures.registry import get_measures
from analytics.measuring import Family
from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.identity.models import User
from tests.analytics.asking import ask
from tests.analytics.builders import NOW
from tests.analytics.cdnow.published import COUNTS, FIGURES, is_it
from tests.members.api.conftest import Caller

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

Q4 = ("--from", "1997-10-01", "--to", "1997-12-31")
RETENTION = [code for code, one in get_measures().items() if one.family == Family.RETENTION]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client_of_all() -> Caller:
    scopes = [Scope.MEASURES_READ]
    return Caller(issuing.create_client(name="Board", scopes=scopes, store=None, at=NOW))


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

    def test_is_written_so_on_its_page(self, client_of_all: Caller) -> None:
        browser = Browser()
        browser.force_login(User.objects.create_superuser(email="a@example.org", password="x"))

        page = browser.get(
            "/desk/measures/chapters/retention/?period=1997-Q4",
            headers={"Accept-Language": "fr"},
        )

        said = said_by_api(client_of_all)
        shown = page.content.decode()
        told = {one.code: one for one in page.context["chapter"].told}
        assert sorted(told) == sorted(RETENTION)
        for code, one in told.items():
            assert number_in(one.numerator) == amount(said[code]["numerator"]), code
            assert number_in(one.denominator) == amount(said[code]["denominator"]), code
            assert one.value in shown
        assert "48,6" in told["retention_rate"].value


class TestWhatWasPublished:
    @pytest.mark.parametrize("days", FIGURES, ids="..".join)
    def test_is_told_by_the_api(self, client_of_all: Caller, days: tuple[str, str]) -> None:
        codes = {*FIGURES[days], *COUNTS[days]}
        asked = f"from={days[0]}&to={days[1]}"

        told = {code: client_of_all.get(f"/measures/{code}?{asked}").json() for code in codes}

        for code, published in FIGURES[days].items():
            assert is_it(told[code]["figure"]["value"], published), code
        for code, counts in COUNTS[days].items():
            said = told[code]["figure"]
            assert (said["numerator"], said["denominator"]) == counts, code


def number_in(words: str) -> Decimal | None:
    """The number in what a French page says: 14 786,63 $US."""
    digits = re.sub(r"[^0-9,-]", "", words).replace(",", ".")
    return Decimal(digits) if digits else None


def amount(said: str | int | float | None) -> Decimal | None:
    return None if said is None else Decimal(str(said))
