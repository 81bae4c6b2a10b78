"""What figures beside a measure are called."""

import pytest
from django.utils import translation

from analytics.figures import Unit
from analytics.measures.registry import get_measures
from loyalty.desk.measures import naming, telling

# Their figures are of tiers, which merchants name, or of scores, which are drawn as a grid.
_OF_THE_MERCHANT = {"tier_distribution", "tier_moves", "rfm"}


class TestColumnOf:
    @pytest.mark.parametrize("code", sorted(get_measures().keys() - _OF_THE_MERCHANT))
    def test_names_every_figure_of_a_worked_example(self, code: str):
        columns = get_measures()[code].example.expected.columns

        assert [column for column in columns if not naming.is_named(column)] == []

    @pytest.mark.parametrize(
        ("language", "told"), [("fr", "décembre 2025"), ("en", "December 2025")]
    )
    def test_calls_a_month_as_readers_do(self, language: str, told: str):
        with translation.override(language):
            assert naming.column_of("2025-12") == told

    def test_calls_a_campaign_and_a_competitor_as_they_are(self):
        codes = ("campaign_high", "competitor_low", "campaign_2026-13")

        assert [naming.column_of(code) for code in codes] == ["high", "low", "2026-13"]
        assert naming.column_of("2026-13") == "2026-13"


class TestSay:
    def test_writes_a_true_minus(self):
        with translation.override("fr"):
            assert telling.say(-49, Unit.MONEY, "EUR") == "−0,49\N{NO-BREAK SPACE}€"
            assert telling.brief(-49, Unit.MONEY, "EUR") == "−0,49\N{NO-BREAK SPACE}€"
