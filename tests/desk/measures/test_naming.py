"""What figures beside a measure are called."""

from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from analytics.figures import Figure, Unit
from analytics.keeping import Kept
from analytics.measures.registry import get_measures
from analytics.periods import Period
from analytics.scopes import Scope
from loyalty.desk.measures import naming, saying, telling
from loyalty.desk.measures.series import Series
from tests.conftest import NOON

# Their figures are of tiers and categories, which merchants name, or of scores: drawn as a grid.
_OF_THE_MERCHANT = {"tier_distribution", "tier_moves", "rfm", "cross_sell_pairs"}


class TestColumnOf:
    @pytest.mark.parametrize("code", sorted(get_measures().keys() - _OF_THE_MERCHANT))
    def test_names_every_figure_of_a_worked_example(self, code: str):
        columns = get_measures()[code].example.expected.columns

        assert [column for column in columns if not naming.is_named(column)] == []

    @pytest.mark.parametrize(
        ("language", "told"), [("fr", "Émis en décembre 2025"), ("en", "Issued in December 2025")]
    )
    def test_calls_points_by_their_month_of_issue(self, language: str, told: str):
        with translation.override(language):
            assert naming.column_of("2025-12") == told

    def test_calls_a_campaign_and_a_competitor_as_they_are(self):
        codes = ("campaign_high", "competitor_low", "campaign_2026-13")

        assert [naming.column_of(code) for code in codes] == ["high", "low", "2026-13"]
        assert naming.column_of("2026-13") == "2026-13"


class TestSay:
    @pytest.mark.parametrize(
        ("value", "unit", "told"),
        [
            (Fraction(3700, 88), Unit.SCORE, "42"),
            (Fraction(121, 15), Unit.HOURS, "8,1\N{NO-BREAK SPACE}h"),
            (Fraction(-185, 10), Unit.SCORE, "−18,5"),
        ],
    )
    def test_says_scores_and_hours_to_one_decimal(self, value: Fraction, unit: Unit, told: str):
        with translation.override("fr"):
            assert saying.say(value, unit, "EUR") == told

    def test_writes_a_true_minus(self):
        with translation.override("fr"):
            assert saying.say(-49, Unit.MONEY, "EUR") == "−0,49\N{NO-BREAK SPACE}€"
            assert saying.brief(-49, Unit.MONEY, "EUR") == "−0,49\N{NO-BREAK SPACE}€"


class TestTell:
    def test_calls_what_rounds_to_nothing_unchanged(self):
        scope = Scope(
            Period(date(2026, 11, 1), date(2026, 11, 30)),
            *(NOON, ZoneInfo("Europe/Paris"), "EUR", 1, 180, "rank", 1, 5),
        )
        now, before = (
            Kept(Figure(Fraction(value, 100_000)), NOON, None, is_finished=True)
            for value in (40_000, 40_001)
        )
        series = Series(get_measures()["retention_rate"], scope, now, before, None, [])

        told = telling.tell(series=series)

        assert (told.before.trend, told.before.words, told.before.tone) == ("same", "", "")
