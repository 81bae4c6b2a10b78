"""The published figures of the CDNOW sample (Fader and Hardie 2001), to the last digit."""

from datetime import timedelta
from fractions import Fraction

import pytest

from analytics import cohorts, points, rfm
from analytics.figures import Figure
from analytics.measures.registry import get_measure
from analytics.periods import day
from analytics.points import Flow
from loyalty.ledger import balances
from tests.analytics.builders import scope

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

OVERALL = ("1997-01-01", "1998-06-30")
Q4 = ("1997-10-01", "1997-12-31")
Q2 = ("1998-04-01", "1998-06-30")


def figure(code: str, period: tuple[str, str]) -> Figure:
    return get_measure(code=code).compute(scope(*period))


def rounded(code: str, period: tuple[str, str], places: int = 6) -> float:
    value = figure(code, period).value
    assert value is not None
    return round(float(value), places)


class TestOverall:
    def test_revenue_and_average_basket(self) -> None:
        basket = figure("average_basket", OVERALL)

        assert (basket.numerator, basket.denominator) == (24_409_194, 6_919)
        assert rounded("average_basket", OVERALL, 2) == 3527.85

    def test_frequency(self) -> None:
        assert rounded("purchase_frequency", OVERALL) == 2.935511

    def test_lifetime_value_to_date(self) -> None:
        assert rounded("clv_historic", OVERALL, 2) == 10356.04
        assert figure("clv_historic", OVERALL).denominator == 2_357

    def test_repeat_purchase(self) -> None:
        assert rounded("repeat_purchase_rate", OVERALL) == 0.488757
        assert rounded("repeat_purchase_rate_days", OVERALL) == 0.483241

    def test_lost_members(self) -> None:
        assert figure("lost_members", OVERALL).value == 1_842
        assert figure("active_members", OVERALL).value == 2_357 - 1_842

    def test_the_best_fifth(self) -> None:
        best = figure("pareto_share", OVERALL)

        assert rounded("pareto_share", OVERALL) == 0.674550
        assert best.columns["best_members"].value == 472

    def test_median_gap(self) -> None:
        gap = figure("median_gap_days", OVERALL)

        assert gap.value == 30
        assert gap.columns["distinct_days"].value == 34
        assert gap.numerator == 6_919 - 2_357

    def test_has_nothing_to_retain_before_the_first_day(self) -> None:
        assert figure("retention_rate", OVERALL) == Figure(None, 0, 0)


class TestQuarters:
    def test_fourth_of_1997(self) -> None:
        retention = figure("retention_rate", Q4)
        net = figure("retention_rate_net", Q4)

        assert (retention.numerator, retention.denominator) == (203, 418)
        assert rounded("retention_rate", Q4) == 0.485646
        assert (net.numerator, net.denominator) == (404, 418)
        assert rounded("retention_rate_net", Q4) == 0.966507
        assert figure("buyers_ratio", Q4).numerator == 404
        assert figure("reactivated", Q4).value == 404 - 203
        assert figure("churn_rate", Q4).numerator == 418 - 203

    def test_purchases_of_the_fourth_of_1997(self) -> None:
        assert rounded("repeat_purchase_rate", Q4) == 0.400990
        assert rounded("purchase_frequency", Q4) == 1.900990
        assert rounded("average_basket", Q4, 2) == 3660.06

    def test_second_of_1998(self) -> None:
        retention = figure("retention_rate", Q2)

        assert (retention.numerator, retention.denominator) == (169, 384)
        assert figure("buyers_ratio", Q2).numerator == 300
        assert rounded("retention_rate", Q2) == 0.440104
        assert rounded("retention_rate_net", Q2) == 0.781250


class TestRfm:
    def test_five_groups_of_equal_size(self) -> None:
        grid = rfm.get_grid(scope(*OVERALL), rfm.Scoring.NTILE)

        assert (grid["555"], grid["111"]) == (246, 171)
        assert sum(grid.values()) == 2_357

    def test_thresholds(self) -> None:
        grid = rfm.get_grid(scope(*OVERALL), rfm.Scoring.THRESHOLD)

        assert (grid["555"], grid["111"]) == (234, 167)
        assert sum(grid.values()) == 2_357


class TestPoints:
    def test_earned_and_expired_at_the_close_of_the_last_day(self) -> None:
        flow = figure("points_flow", OVERALL)

        assert flow.columns["issued"].value == 239_444
        assert flow.columns["expired"].value == 143_361
        assert flow.value == 96_083
        assert flow.columns["opening"].value == 0

    def test_every_day_ties_to_the_ledger(self) -> None:
        before = balances.get_totals(at=scope("1997-01-01", "1997-01-01").start_at)
        for number in range((day("1998-06-30") - day("1997-01-01")).days + 1):
            on = f"{day('1997-01-01') + timedelta(number)}"
            after = balances.get_totals(at=scope(on, on).end_at)
            flow = points.get_roll_forward(scope(on, on))

            assert (flow.opening, flow.closing) == (before.outstanding, after.outstanding), on
            assert flow.lines[Flow.ISSUED] == after.issued - before.issued, on
            assert flow.lines[Flow.EXPIRED] == after.expired - before.expired, on
            before = after

    def test_nobody_redeemed_any(self) -> None:
        rate = figure("redemption_rate", OVERALL)

        assert (rate.value, rate.numerator, rate.denominator) == (Fraction(0), 0, 239_444)


class TestEnrolments:
    def test_are_as_of_the_first_purchase(self) -> None:
        assert figure("enrolments", ("1997-01-01", "1997-03-31")).value == 2_357


class TestCohorts:
    def test_the_first_three_months_of_1997(self) -> None:
        table = cohorts.get_cohorts(scope=scope("1998-06-30", "1998-06-30"))

        assert list(table) == [day("1997-01-01"), day("1997-02-01"), day("1997-03-01")]
        assert [len(row) for row in table.values()] == [18, 17, 16]
        assert sum(row[0] for row in table.values()) == 2_357
