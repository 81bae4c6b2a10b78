"""Predicted value of the CDNOW sample, against the figures its authors published."""

import json
from datetime import date

import pytest

from analytics import predicting
from analytics.measures.registry import get_measure
from analytics.models import Fit, Outlook
from tests.analytics.asking import ask, run
from tests.analytics.builders import NOW, scope

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

WEEK_39 = date(1997, 9, 30)


class TestOfWeeks1To39:
    def test_bg_nbd_comes_out_as_published(self) -> None:
        forecast = predicting.get_forecast(until=WEEK_39)

        assert forecast is not None
        found = forecast.buying
        assert (round(found.r, 4), round(found.alpha, 4)) == (0.2426, 4.4136)
        assert (round(found.a, 4), round(found.b, 4)) == (0.7929, 2.4259)
        assert round(found.log_likelihood, 2) == -9582.43

    def test_gamma_gamma_comes_out_as_published(self) -> None:
        forecast = predicting.get_forecast(until=WEEK_39)

        assert forecast is not None
        assert forecast.spending is not None
        assert int(forecast.seen.have_worth.sum()) == 946
        found = forecast.spending
        assert (round(found.p, 2), round(found.q, 2), round(found.v, 2)) == (6.25, 3.74, 15.44)

    def test_the_command_says_the_same(self) -> None:
        told = ask("forecast", "--at", "1997-09-30")

        assert told["members"] == 2_357
        assert round(told["buying"]["log_likelihood"], 2) == -9582.43
        assert round(told["spending"]["v"], 2) == 15.44
        assert "buying log_likelihood  -9582.42" in run("forecast", "--at", "1997-09-30")


class TestTryOut:
    def test_sets_what_was_expected_beside_what_came(self) -> None:
        """Half of 545 days: the model of the first nine months, and the nine that followed."""
        groups = predicting.try_out(until=date(1998, 6, 30))

        assert [group.repeats for group in groups] == [0, 1, 2, 3, 4, 5, 6, 7]
        assert [group.members for group in groups] == [1411, 439, 214, 100, 62, 38, 29, 64]
        assert [round(group.came, 2) for group in groups] == [
            0.24, 0.7, 1.39, 1.56, 2.53, 2.95, 3.86, 6.36,
        ]  # fmt: skip
        assert [round(group.expected, 2) for group in groups] == [
            0.23, 0.52, 1.04, 1.52, 2.16, 2.65, 3.5, 6.16,
        ]  # fmt: skip
        assert sum(group.members for group in groups) == 2_357


class TestKept:
    def test_fit_and_outlooks_say_what_the_measure_says(self) -> None:
        assert predicting.predict(day=WEEK_39, at=NOW) == 2_357

        quarter = scope("1997-07-01", "1997-09-30")
        measure = get_measure(code="clv_predicted")
        figure = measure.compute(quarter)
        # Each member's cents are rounded: the last digits of a fit are a processor's own.
        assert figure.numerator == pytest.approx(7_591_374, abs=20)
        assert figure.denominator == 2_357
        assert measure.drill(quarter).get_total() == figure.numerator
        assert round(float(figure.columns["alive"].value or 0), 4) == 0.8134
        assert measure.compute(scope("1997-04-01", "1997-06-30")).value is None

    def test_twice_says_the_same_once(self) -> None:
        predicting.predict(day=WEEK_39, at=NOW)
        before = list(Outlook.objects.order_by("pk").values_list("alive", "expected_cents"))

        predicting.predict(day=WEEK_39, at=NOW)

        assert Fit.objects.count() == 1
        assert (
            list(Outlook.objects.order_by("pk").values_list("alive", "expected_cents")) == before
        )

    def test_what_was_fitted_can_be_written_down(self) -> None:
        predicting.predict(day=WEEK_39, at=NOW)

        trial = Fit.objects.get().trial
        assert json.loads(json.dumps(trial)) == trial
        assert set(trial[0]) == {"repeats", "members", "expected", "came"}
