from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from members.importing import values
from members.importing.reading import LineRefused

PARIS = ZoneInfo("Europe/Paris")
TODAY = datetime(2026, 3, 10, 11, tzinfo=UTC)


class TestMoment:
    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("1997-01-31", "1997-01-31T11:00:00+00:00"),
            ("19970131", "1997-01-31T11:00:00+00:00"),
            ("31/01/1997", "1997-01-31T11:00:00+00:00"),
            ("1/7/1997", "1997-07-01T10:00:00+00:00"),
            ("31/01/1997 18:30", "1997-01-31T17:30:00+00:00"),
            ("1997-01-31T18:30:05", "1997-01-31T17:30:05+00:00"),
            ("1997-01-31 18:30:05+02:00", "1997-01-31T16:30:05+00:00"),
            ("1997-01-31T18:30:05Z", "1997-01-31T18:30:05+00:00"),
        ],
    )
    def test_is_local_and_a_bare_day_is_its_noon(self, text: str, moment: str):
        assert values.moment(text, zone=PARIS, latest=TODAY).isoformat() == moment

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "missing-value"),
            ("31/02/1997", "bad-date"),
            ("yesterday", "bad-date"),
            ("0001-01-01", "bad-date"),
            ("2026-03-11", "in-the-future"),
            ("2026-03-10 12:01", "in-the-future"),
        ],
    )
    def test_refuses(self, text: str, code: str):
        with pytest.raises(LineRefused) as refused:
            values.moment(text, zone=PARIS, latest=TODAY)

        assert refused.value.code == code

    @pytest.mark.parametrize(
        ("text", "now", "moment"),
        [
            ("2026-03-10", "2026-03-10T08:00:00+00:00", "2026-03-10T11:00:00+00:00"),
            ("10/03/2026", "2026-03-09T23:00:00+00:00", "2026-03-10T11:00:00+00:00"),
        ],
    )
    def test_is_the_noon_of_today_even_before_it(self, text: str, now: str, moment: str):
        latest = datetime.fromisoformat(now)

        assert values.moment(text, zone=PARIS, latest=latest).isoformat() == moment

    @pytest.mark.parametrize("text", ["2026-03-10", "2026-03-10 00:01"])
    def test_refuses_tomorrow_to_the_last_second_of_today(self, text: str):
        latest = datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC)

        with pytest.raises(LineRefused) as refused:
            values.moment(text, zone=PARIS, latest=latest)

        assert refused.value.code == "in-the-future"


class TestAmount:
    @pytest.mark.parametrize(
        ("text", "cents"),
        [
            ("29.33", 2_933),
            ("29,33", 2_933),
            ("1 234,56 €", 123_456),
            ("1\u202f234,56\u00a0€", 123_456),
            ("1,234.56", 123_456),
            ("1.234,56", 123_456),
            ("$5", 500),
            ("0.00", 0),
            ("7.5", 750),
            ("12.3400", 1_234),
        ],
    )
    def test_reads_what_people_write(self, text: str, cents: int):
        assert values.amount(text, currency="EUR") == cents

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "missing-value"),
            ("-1.00", "negative-amount"),
            ("1,234", "bad-amount"),
            ("1.005", "bad-amount"),
            ("1e5", "bad-amount"),
            ("NaN", "bad-amount"),
            ("1.2.3", "bad-amount"),
            ("99999999999999", "bad-amount"),
            ("٣", "bad-amount"),
        ],
    )
    def test_refuses(self, text: str, code: str):
        with pytest.raises(LineRefused) as refused:
            values.amount(text, currency="EUR")

        assert refused.value.code == code

    def test_follows_the_currency(self):
        assert values.amount("1500", currency="JPY") == 1_500
        with pytest.raises(LineRefused):
            values.amount("1500.5", currency="JPY")


class TestBirthday:
    @pytest.mark.parametrize("text", ["1980-03-31", "31/03/1980", "03-31", "31/03", "31.3.1980"])
    def test_keeps_the_month_and_the_day(self, text: str):
        assert values.birthday(text) == (3, 31)

    @pytest.mark.parametrize("text", ["31/02/1980", "1980", "soon"])
    def test_refuses_what_is_none(self, text: str):
        with pytest.raises(LineRefused):
            values.birthday(text)
