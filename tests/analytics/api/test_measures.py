"""listMeasures and getMeasure: the figures of pages, for programs."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from analytics import facts
from analytics.measures.registry import get_measures
from analytics.models import KeptFigure
from analytics.periods import day
from analytics.scopes import Dimension
from loyalty.programmes.models import Store
from tests.analytics.api.conftest import COUNTED, open_client
from tests.analytics.builders import Sold, make_members, sell
from tests.documents import read
from tests.members.api.conftest import Caller
from tests.members.api.test_schemas import check

pytestmark = pytest.mark.django_db

Counting = Callable[[int], AbstractContextManager[Any]]
MARCH = "from=2026-03-01&to=2026-03-31"


def value(client: Caller, code: str, words: str) -> Any:
    answer = client.get(f"/measures/{code}?{words}")
    assert answer.status_code == 200, answer.json()
    return answer.json()["figure"]["value"]


class TestListMeasures:
    def test_says_each_with_its_definition_in_the_language_asked_for(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        client = open_client()
        client.get("/measures")

        with django_assert_num_queries(1):
            said = client.get("/measures").json()

        check("Measures", said)
        assert [one["code"] for one in said["measures"]] == list(get_measures())
        rate = next(one for one in said["measures"] if one["code"] == "retention_rate")
        assert (rate["name"], rate["unit"], rate["direction"]) == (
            "Retention rate", "share", "higher",
        )  # fmt: skip
        assert rate["cuts"] == [name.value for name in Dimension]
        french = client.get("/measures", **{"Accept-Language": "fr"}).json()["measures"]
        assert "Taux de rétention" in [one["name"] for one in french]

    def test_shows_a_store_what_can_be_told_of_a_store(self, stores: list[Store]) -> None:
        said = open_client(stores[0]).get("/measures").json()["measures"]

        codes = {one["code"] for one in said}
        assert "retention_rate" in codes
        assert "points_flow" not in codes


class TestGetMeasure:
    def test_says_what_a_figure_was_made_of_and_when(self, stores: list[Store]) -> None:
        said = open_client().get(f"/measures/average_basket?{MARCH}").json()

        check("Report", said)
        assert said["currency"] == "EUR"
        assert said["cut"] == {}
        assert said["figure"] == {
            "from": "2026-03-01",
            "to": "2026-03-31",
            "value": "20.25",
            "numerator": "40.50",
            "denominator": 2,
            "columns": {"before_returns": {"value": "20.25", "unit": "money"}},
            "is_finished": True,
            "computed_at": "2026-04-02T03:00:00+02:00",
            "revised_at": None,
        }

    def test_compares_and_tells_month_by_month(self, stores: list[Store]) -> None:
        words = "from=2026-01-01&to=2026-03-31&compare=previous,year&by=month"
        said = open_client().get(f"/measures/purchase_frequency?{words}").json()

        check("Report", said)
        assert (said["compared"]["previous"]["from"], said["compared"]["year"]["to"]) == (
            "2025-10-01", "2025-03-31",
        )  # fmt: skip
        assert [one["value"] for one in said["series"]] == [None, 1, 1]

    def test_compares_as_many_days_as_have_begun(self, stores: list[Store]) -> None:
        words = "from=2026-04-01&to=2026-04-30&compare=previous,year"
        said = open_client().get(f"/measures/purchase_frequency?{words}").json()

        assert said["figure"]["is_finished"] is False
        assert {name: (one["from"], one["to"]) for name, one in said["compared"].items()} == {
            "previous": ("2026-03-01", "2026-03-02"),
            "year": ("2025-04-01", "2025-04-02"),
        }
        words = "from=2026-05-01&to=2026-05-31&compare=previous,year"
        later = open_client().get(f"/measures/purchase_frequency?{words}").json()
        assert later["compared"] == {"previous": None, "year": None}

    def test_compares_figures_that_are_themselves_of_as_many_days(
        self, stores: list[Store]
    ) -> None:
        dan, eve = make_members(["dan", "eve"]).values()
        came = [(dan, "2025-10-01"), (dan, "2026-01-02"), (eve, "2025-12-31"), (eve, "2025-01-02")]
        sell(Sold(member, day(on), 1000) for member, on in came)
        facts.refresh(at=COUNTED)
        words = "from=2026-04-01&to=2026-06-30&compare=previous,year"

        compared = open_client().get(f"/measures/retention_rate?{words}").json()["compared"]

        told = ("from", "to", "numerator", "denominator")
        assert {name: tuple(one[key] for key in told) for name, one in compared.items()} == {
            "previous": ("2026-01-01", "2026-01-02", 1, 1),
            "year": ("2025-04-01", "2025-04-02", 0, 1),
        }

    def test_cuts_as_asked(self, stores: list[Store]) -> None:
        client = open_client()

        assert value(client, "retention_rate", MARCH) == 0.5
        assert value(client, "retention_rate", f"{MARCH}&store=lyon") == 1
        assert value(client, "average_basket", f"{MARCH}&store=lyon&channel=web") == "10.50"
        assert value(client, "average_basket", f"{MARCH}&value=BEST") == "30.00"
        assert value(client, "average_basket", f"{MARCH}&enrolled=1996-12&kind=COMPANY") is None

    def test_is_asked_once_and_then_looked_up(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        client = open_client()
        words = "from=2024-01-01&to=2026-03-31&by=month&compare=previous,year"
        first = client.get(f"/measures/average_basket?{words}").json()

        with django_assert_num_queries(6):
            again = client.get(f"/measures/average_basket?{words}").json()

        assert len(again["series"]) == 27
        assert again == first


class TestAClientOfAStore:
    def test_is_told_of_its_own_store_alone(self, stores: list[Store]) -> None:
        lyon, nice = (open_client(store) for store in stores)

        assert value(lyon, "average_basket", MARCH) == "20.25"
        assert value(nice, "average_basket", "from=2026-02-01&to=2026-02-28") == "20.00"
        assert nice.get(f"/measures/average_basket?{MARCH}").json()["cut"] == {"store": "nice"}

    def test_is_refused_another_and_what_is_of_all(self, stores: list[Store]) -> None:
        nice = open_client(stores[1])
        refused = [
            nice.get(f"/measures/average_basket?{MARCH}&store=lyon"),
            nice.get(f"/measures/points_flow?{MARCH}"),
        ]

        assert [(one.status_code, one.json()["code"]) for one in refused] == [
            (403, "store-not-allowed"), (422, "cut-impossible"),
        ]  # fmt: skip
        assert KeptFigure.objects.exists() is False


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "status", "code"),
        [
            (f"happiness?{MARCH}", 404, "measure-unknown"),
            ("average_basket", 400, "validation-failed"),
            ("average_basket?from=20260301&to=2026-03-31", 400, "validation-failed"),
            (f"average_basket?{MARCH}&by=week", 400, "validation-failed"),
            (f"average_basket?{MARCH}&compare=before", 400, "validation-failed"),
            (f"average_basket?{MARCH}&channel=%00", 400, "validation-failed"),
            (f"average_basket?{MARCH}&enrolled=", 400, "validation-failed"),
            (f"average_basket?{MARCH}&store=paris", 400, "validation-failed"),
            ("average_basket?from=2026-03-02&to=2026-03-01", 422, "period-impossible"),
            ("average_basket?from=2026-03-02&to=2026-03-31&by=month", 422, "period-impossible"),
            ("average_basket?from=2020-01-01&to=2026-03-31&by=month", 422, "period-impossible"),
            (f"average_basket?{MARCH}&tier=platinum", 422, "cut-unknown"),
            (f"average_basket?{MARCH}&enrolled=0001-01", 422, "cut-unknown"),
            (f"average_basket?{MARCH}&enrolled=9999-12", 422, "cut-unknown"),
            (f"points_flow?{MARCH}&channel=web", 422, "cut-impossible"),
        ],
    )
    def test_say_why_and_compute_nothing(
        self, stores: list[Store], words: str, status: int, code: str
    ) -> None:
        refused = open_client().get(f"/measures/{words}")

        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert KeptFigure.objects.exists() is False


class TestTheDocument:
    def test_asks_as_it_says(self, stores: list[Store]) -> None:
        [asked] = re.findall(
            r'curl .*"\$API(/measures/[a-z_]+\?[^"]+)"', read("docs/integrators.md")
        )

        said = open_client().get(asked)

        assert said.status_code == 200
        assert list(said.json()["compared"]) == ["previous", "year"]
        assert said.json()["cut"] == {"channel": "web"}
