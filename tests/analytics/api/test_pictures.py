"""The grid of scores, the cohorts, the curve and the fits: what pages draw, for programs."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest

from analytics import facts
from analytics.models import Fit, KeptFigure, MeasureSettings
from analytics.periods import day
from loyalty.programmes.models import Store
from members.models import Purchase
from tests.analytics.api.conftest import COUNTED, open_client
from tests.analytics.builders import give_back
from tests.analytics.unreadable import unreadable
from tests.documents import read
from tests.members.api.test_schemas import check

pytestmark = pytest.mark.django_db

Counting = Callable[[int], AbstractContextManager[Any]]
GRID, COHORTS = "/measures/rfm/grid", "/measures/cohort_retention/cohorts"
CURVE, FITS = "/measures/pareto_share/curve", "/measures/clv_predicted/fits"
MARCH = "from=2026-03-01&to=2026-03-31"
END = "at=2026-03-31"
KNOWN = {
    "is_finished": True,
    "computed_at": "2026-04-02T03:00:00+02:00",
    "revised_at": None,
}
TRIAL = [{"repeats": 7, "members": 3, "expected": 4.0, "came": 5.25}]


def make_fit(as_of: date, **told: Any) -> Fit:
    known = {
        "fitted_at": COUNTED, "members": 1_200, "repeaters": 480, "r": 0.25, "alpha": 4.5,
        "a": 0.75, "b": 2.5, "log_likelihood": -9582.5, "p": 6.25, "q": 3.75, "v": 15.5,
        "value_log_likelihood": -4055.5, "told": 1_190, "alive": 700.5, "expected_days": 900.25,
        "expected_cents": 1_234_500, "trial": TRIAL,
    }  # fmt: skip
    return Fit.objects.create(as_of=as_of, **(known | told))


class TestGetRfmGrid:
    def test_counts_members_by_score_as_the_settings_say(self, stores: list[Store]) -> None:
        said = open_client().get(f"{GRID}?{END}").json()

        check("Grid", said)
        assert said == {
            "at": "2026-03-31",
            "cut": {},
            "scoring": "ntile",
            "members": 3,
            "scores": {"111": 1, "232": 1, "323": 1},
            **KNOWN,
        }

    def test_scores_either_way_whatever_the_settings_say(self, stores: list[Store]) -> None:
        client = open_client()
        by_thresholds = {"111": 1, "353": 1, "515": 1}

        said = client.get(f"{GRID}?{END}&scoring=threshold").json()
        assert (said["scoring"], said["scores"]) == ("threshold", by_thresholds)
        assert KeptFigure.objects.exists() is False

        MeasureSettings.objects.create(rfm_scoring="THRESHOLD")
        assert client.get(f"{GRID}?{END}").json()["scores"] == by_thresholds
        other = client.get(f"{GRID}?{END}&scoring=ntile").json()
        assert other["scores"] == {"111": 1, "232": 1, "323": 1}

    def test_is_of_today_or_of_any_day_and_of_any_cut(self, stores: list[Store]) -> None:
        client = open_client()

        today, later = (client.get(f"{GRID}{at}").json() for at in ("", "?at=2027-01-01"))
        assert (today["at"], today["is_finished"], today["members"]) == ("2026-04-02", False, 3)
        assert (later["at"], later["is_finished"]) == ("2026-04-02", False)
        assert later["scores"] == today["scores"]
        assert client.get(f"{GRID}?at=2026-02-03").json()["scores"] == {"111": 1}
        nice = client.get(f"{GRID}?{END}&store=nice&kind=PERSON").json()
        assert (nice["cut"], nice["scores"]) == ({"store": "nice", "kind": "PERSON"}, {"111": 1})

    def test_is_asked_once_and_then_looked_up(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        client = open_client()
        first = client.get(f"{GRID}?{END}").json()
        client.get(f"/measures/rfm?{MARCH}")

        with django_assert_num_queries(6):
            again = client.get(f"{GRID}?{END}").json()
        # Three for the quantiles and one for the grid, in place of the one that looks it up.
        with django_assert_num_queries(9):
            client.get(f"{GRID}?{END}&scoring=threshold")

        assert again == first
        # The very figure that pages and getMeasure have of that month.
        assert KeptFigure.objects.count() == 1


class TestGetCohorts:
    def test_follows_each_month_of_first_purchase(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        client = open_client()
        client.get(COHORTS)

        with django_assert_num_queries(6):
            said = client.get(f"{COHORTS}?{END}").json()

        check("Cohorts", said)
        assert said == {
            "at": "2026-03-31",
            "cut": {},
            "cohorts": [
                {"month": "2026-02", "buyers": [2, 1]},
                {"month": "2026-03", "buyers": [1]},
            ],
            "is_finished": True,
            "computed_at": "2026-04-02T03:00:00+02:00",
        }

    def test_says_when_the_last_month_is_not_over(self, stores: list[Store]) -> None:
        said = open_client().get(COHORTS).json()

        assert (said["at"], said["is_finished"]) == ("2026-04-02", False)
        assert [one["buyers"] for one in said["cohorts"]] == [[2, 1, 0], [1, 0]]

    def test_counts_what_a_cut_leaves_of_it(self, stores: list[Store]) -> None:
        said = open_client().get(f"{COHORTS}?{END}&store=lyon&channel=web").json()

        assert said["cut"] == {"store": "lyon", "channel": "web"}
        assert said["cohorts"] == [{"month": "2026-02", "buyers": [0, 1]}]


class TestGetLorenzCurve:
    def test_says_who_makes_which_share_of_the_revenue(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        client = open_client()
        client.get(f"/measures/pareto_share?{MARCH}")

        with django_assert_num_queries(6):
            said = client.get(f"{CURVE}?{MARCH}").json()

        check("Curve", said)
        assert said == {
            "from": "2026-03-01",
            "to": "2026-03-31",
            "currency": "EUR",
            "cut": {},
            "groups": [
                {
                    "members": 1, "revenue": "10.50",
                    "members_share": 0.5, "revenue_share": 10.5 / 40.5,
                },
                {"members": 1, "revenue": "30.00", "members_share": 1, "revenue_share": 1},
            ],
            **KNOWN,
        }  # fmt: skip
        assert KeptFigure.objects.count() == 1

    def test_has_no_group_where_nobody_bought(self, stores: list[Store]) -> None:
        said = open_client().get(f"{CURVE}?from=2025-03-01&to=2025-03-31").json()

        check("Curve", said)
        assert said["groups"] == []

    def test_has_no_shares_where_more_was_returned_than_bought(self, stores: list[Store]) -> None:
        for bought in Purchase.objects.filter(member__external_id="ada"):
            give_back(bought, bought.total_cents, day("2026-03-20"), channel="web")
        facts.refresh(at=COUNTED)

        said = open_client().get(f"{CURVE}?{MARCH}&channel=web").json()

        check("Curve", said)
        assert said["groups"] == [
            {"members": 1, "revenue": "-10.00", "members_share": None, "revenue_share": None}
        ]


class TestListFits:
    def test_says_each_parameter_and_what_is_expected(
        self, stores: list[Store], django_assert_num_queries: Counting
    ) -> None:
        make_fit(date(2026, 3, 31))
        client = open_client()
        client.get(FITS)

        with django_assert_num_queries(2):
            said = client.get(FITS).json()

        check("Fits", said)
        assert said == {
            "currency": "EUR",
            "fits": [
                {
                    "as_of": "2026-03-31",
                    "fitted_at": "2026-04-02T03:00:00+02:00",
                    "members": 1_200,
                    "repeaters": 480,
                    "buying": {
                        "r": 0.25, "alpha": 4.5, "a": 0.75, "b": 2.5, "log_likelihood": -9582.5,
                    },
                    "spending": {"p": 6.25, "q": 3.75, "v": 15.5, "log_likelihood": -4055.5},
                    "outlook": {
                        "members": 1_190, "alive": 700.5, "days": 900.25, "revenue": "12345.00",
                    },
                    "trial": TRIAL,
                }
            ],
        }  # fmt: skip

    def test_knows_when_too_few_came_back(self, stores: list[Store]) -> None:
        client = open_client()
        assert client.get(FITS).json()["fits"] == []

        nothing = dict.fromkeys(["p", "q", "v", "value_log_likelihood", "expected_cents"])
        make_fit(date(2026, 3, 31), trial=[], **nothing)

        [fit] = client.get(FITS).json()["fits"]
        check("Fit", fit)
        assert (fit["spending"], fit["outlook"]["revenue"], fit["trial"]) == (None, None, [])

    def test_tells_the_newest_first_and_any_that_there_were(self, stores: list[Store]) -> None:
        for days in range(70):
            make_fit(date(2026, 3, 31) - timedelta(days))
        client = open_client()

        latest = [fit["as_of"] for fit in client.get(FITS).json()["fits"]]
        earlier = [fit["as_of"] for fit in client.get(f"{FITS}?at=2026-01-25").json()["fits"]]

        assert (len(latest), latest[0], latest[-1]) == (60, "2026-03-31", "2026-01-31")
        assert (len(earlier), earlier[0], earlier[-1]) == (5, "2026-01-25", "2026-01-21")


class TestAClientOfAStore:
    def test_is_told_of_its_own_store_alone(self, stores: list[Store]) -> None:
        nice = open_client(stores[1])

        grid, cohorts = (nice.get(f"{path}?{END}").json() for path in (GRID, COHORTS))
        curve = nice.get(f"{CURVE}?from=2026-02-01&to=2026-02-28").json()

        assert [said["cut"] for said in (grid, cohorts, curve)] == [{"store": "nice"}] * 3
        assert (grid["members"], cohorts["cohorts"], len(curve["groups"])) == (
            1, [{"month": "2026-02", "buyers": [1, 0]}], 1,
        )  # fmt: skip

    def test_is_refused_another_and_what_is_of_all(self, stores: list[Store]) -> None:
        make_fit(date(2026, 3, 31))
        nice = open_client(stores[1])
        refused = [
            nice.get(f"{GRID}?store=lyon"),
            nice.get(f"{GRID}?store=lyon&scoring=threshold"),
            nice.get(f"{COHORTS}?store=lyon"),
            nice.get(f"{CURVE}?{MARCH}&store=lyon"),
            nice.get(FITS),
        ]

        assert [(one.status_code, one.json()["code"]) for one in refused] == [
            *[(403, "store-not-allowed")] * 4,
            (422, "cut-impossible"),
        ]
        assert KeptFigure.objects.exists() is False


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "status", "code"),
        [
            (f"{GRID}?at=20260331", 400, "validation-failed"),
            (f"{GRID}?at=", 400, "validation-failed"),
            (f"{GRID}?scoring=NTILE", 400, "validation-failed"),
            (f"{GRID}?store=paris", 400, "validation-failed"),
            (f"{GRID}?at=1899-12-31", 422, "period-impossible"),
            (f"{GRID}?tier=platinum", 422, "cut-unknown"),
            (f"{COHORTS}?at=tomorrow", 400, "validation-failed"),
            (f"{COHORTS}?channel=%00", 400, "validation-failed"),
            (f"{COHORTS}?at=3000-01-01", 422, "period-impossible"),
            (f"{COHORTS}?enrolled=2026", 422, "cut-unknown"),
            (CURVE, 400, "validation-failed"),
            (f"{CURVE}?from=2026-03-02&to=2026-03-01", 422, "period-impossible"),
            (f"{CURVE}?{MARCH}&segment=vip", 422, "cut-unknown"),
            (f"{FITS}?at=2026-02-30", 400, "validation-failed"),
        ],
    )
    def test_say_why_and_compute_nothing(
        self, stores: list[Store], words: str, status: int, code: str
    ) -> None:
        refused = open_client().get(words)

        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert KeptFigure.objects.exists() is False

    def test_say_so_in_the_language_asked_for(self, stores: list[Store]) -> None:
        french = open_client().get(f"{GRID}?at=hier", **{"Accept-Language": "fr"}).json()

        assert french["errors"] == [
            {"pointer": "/at", "code": "invalid", "detail": "Un jour, comme 2026-03-10."}
        ]


class TestWhatIsRead:
    def test_is_no_purchase_where_the_months_are_whole(self, stores: list[Store]) -> None:
        client = open_client()
        asked = [
            f"{GRID}?{END}", f"{GRID}?{END}&scoring=threshold", f"{GRID}?scoring=threshold",
            f"{COHORTS}?{END}&value=BEST", COHORTS, f"{CURVE}?{MARCH}&store=lyon", FITS,
        ]  # fmt: skip

        with unreadable():
            statuses = {words: client.get(words).status_code for words in asked}

        assert statuses == dict.fromkeys(asked, 200)


class TestTheDocument:
    def test_asks_as_it_says(self, stores: list[Store]) -> None:
        asked = re.findall(
            r'curl .*"\$API(/measures/[a-z_]+/[a-z][^"]*)"', read("docs/integrators.md")
        )

        statuses = {
            words.partition("?")[0]: open_client().get(words).status_code for words in asked
        }

        assert statuses == dict.fromkeys([GRID, COHORTS, CURVE, FITS], 200)
