"""Days, hours and amounts in English: British, as the shops' clocks and books have them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format, get_format

from loyalty.programmes import money, phrases

AFTERNOON = datetime(2026, 3, 9, 14, 5, tzinfo=UTC)


class TestEnglish:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("DATE_FORMAT", "9 March 2026"),
            ("DATETIME_FORMAT", "9 March 2026, 14:05"),
            ("SHORT_DATE_FORMAT", "09/03/2026"),
            ("SHORT_DATETIME_FORMAT", "09/03/2026 14:05"),
            ("TIME_FORMAT", "14:05"),
            ("MONTH_DAY_FORMAT", "9 March"),
        ],
    )
    def test_says_the_day_before_the_month_and_24_hours(self, name: str, words: str):
        with translation.override("en"):
            assert date_format(AFTERNOON, name) == words

    def test_reads_days_as_it_writes_them(self):
        with translation.override("en"):
            assert get_format("DATE_INPUT_FORMATS")[0] == "%d/%m/%Y"
            assert get_format("FIRST_DAY_OF_WEEK") == 1

    def test_is_british_in_what_rules_say_as_well(self):
        with translation.override("en"):
            assert phrases.of_day(date(2026, 3, 9)) == "9 March 2026"
            assert phrases.of_month_and_day("12-31") == "31 December"
            assert phrases.of_hour(AFTERNOON.time()) == "14:05"
            assert phrases.listed(["a", "b", "c"], {}) == "a, b and c"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "−€0.41"), ("fr", "−0,41\N{NO-BREAK SPACE}€")]
)
def test_less_than_nothing_has_a_true_minus(language: str, words: str):
    assert money.to_words(cents=-41, currency="EUR", language=language) == words
