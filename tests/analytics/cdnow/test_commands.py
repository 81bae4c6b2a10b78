from decimal import Decimal

import pytest

from analytics.measures.registry import get_measures
from tests.analytics.asking import ask, run

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

Q4 = ("--from", "1997-10-01", "--to", "1997-12-31")
OVERALL = ("--from", "1997-01-01", "--to", "1998-06-30")


class TestOnTheSample:
    def test_measures_prints_ratios_unrounded(self) -> None:
        told = ask("measures", *Q4, "--code", "retention_rate", "--code", "churn_rate")

        assert told == {
            "from": "1997-10-01",
            "to": "1997-12-31",
            "measures": {
                "retention_rate": {"value": 203 / 418, "numerator": 203, "denominator": 418},
                "churn_rate": {
                    "value": 215 / 418,
                    "numerator": 215,
                    "denominator": 418,
                    # Of the 472 who had bought most, 246 came in the third quarter.
                    "columns": {"of_best": 86 / 246},
                },
            },
        }

    def test_measures_prints_money_as_decimal_strings(self) -> None:
        told = ask("measures", *OVERALL)["measures"]

        basket, clv = told["average_basket"], told["clv_historic"]
        assert (basket["numerator"], basket["denominator"]) == ("244091.94", 6919)
        assert Decimal(basket["value"]) == Decimal("244091.94") / 6919
        assert round(Decimal(basket["value"]), 4) == Decimal("35.2785")
        assert round(Decimal(clv["value"]), 4) == Decimal("103.5604")
        assert told["lost_members"] == {"value": 1842, "numerator": 1842, "denominator": None}
        assert told["pareto_share"]["columns"]["best_members"] == 472
        assert told["median_gap_days"]["value"] == 30
        assert told["median_gap_days"]["columns"] == {"distinct_days": 34}

    def test_measures_says_null_where_a_figure_is_not_available(self) -> None:
        told = ask("measures", *OVERALL, "--code", "retention_rate")

        assert told["measures"]["retention_rate"] == {
            "value": None,
            "numerator": 0,
            "denominator": 0,
        }

    def test_measures_prints_a_table_for_people(self) -> None:
        lines = run("measures", *Q4).splitlines()

        assert lines[0] == "1997-10-01 – 1997-12-31"
        assert sum(not line.startswith(" ") for line in lines) == 1 + len(get_measures())
        assert any("203 / 418" in line for line in lines)
        assert any(line.split() == ["best_members", "81"] for line in lines)

    def test_cohorts_prints_a_row_per_month_of_first_purchase(self) -> None:
        told = ask("cohorts", "--until", "1997-03-31")

        assert list(told) == ["1997-01", "1997-02", "1997-03"]
        assert [len(row) for row in told.values()] == [3, 2, 1]
        assert sum(row[0] for row in told.values()) == 2357
        assert run("cohorts", "--until", "1997-03-31").splitlines()[0].startswith("1997-01 ")

    def test_rfm_prints_how_many_have_each_score(self) -> None:
        by_groups = ask("rfm", "--at", "1998-06-30")
        by_thresholds = ask("rfm", "--at", "1998-06-30", "--scoring", "threshold")

        assert list(by_groups) == ["scores"]
        assert (by_groups["scores"]["555"], by_groups["scores"]["111"]) == (246, 171)
        assert (by_thresholds["scores"]["555"], by_thresholds["scores"]["111"]) == (234, 167)

    def test_rfm_prints_the_score_of_each_member(self) -> None:
        told = ask("rfm", "--at", "1998-06-30", "--members")

        assert len(told["members"]) == 2357
        assert list(told["members"].values()).count("555") == told["scores"]["555"] == 246
        assert "1  " in run("rfm", "--at", "1998-06-30", "--members")
