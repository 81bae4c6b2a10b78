from datetime import date, timedelta

import pytest

from loyalty.programmes import recurring
from loyalty.programmes.recurring import NotARecurrence, check, comes_on


def days_of(recurrence: str, *, first: date, count: int, from_day: date | None = None) -> list:
    days = (first + timedelta(days=place) for place in range(count))
    return [
        f"{day:%d/%m}"
        for day in days
        if comes_on(recurrence=recurrence, day=day, from_day=from_day)
    ]


class TestComesOn:
    @pytest.mark.parametrize(
        ("recurrence", "days"),
        [
            ("FREQ=MONTHLY;BYDAY=1TU", ["06/01", "03/02", "03/03"]),
            ("FREQ=MONTHLY;BYDAY=-1FR", ["30/01", "27/02", "27/03"]),
            ("FREQ=MONTHLY;BYMONTHDAY=15", ["15/01", "15/02", "15/03"]),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", ["31/01", "28/02", "31/03"]),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["30/01", "27/02", "31/03"]),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=14", ["14/02"]),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", []),
        ],
    )
    def test_says_which_days_of_a_quarter(self, recurrence, days):
        assert days_of(recurrence, first=date(2026, 1, 1), count=90) == days

    def test_counts_every_other_week_from_the_first_day(self):
        every_other = "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"

        days = days_of(every_other, first=date(2026, 1, 1), count=40, from_day=date(2026, 1, 7))

        assert days == ["07/01", "21/01", "04/02"]

    def test_begins_on_the_first_day(self):
        days = days_of(
            "FREQ=WEEKLY;BYDAY=WE", first=date(2026, 1, 1), count=20, from_day=date(2026, 1, 10)
        )

        assert days == ["14/01"]


class TestCheck:
    @pytest.mark.parametrize(
        "recurrence",
        [
            "",
            "every tuesday",
            "FREQ=DAILY;BYDAY=MO",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;BYDAY=XX",
            "FREQ=MONTHLY;BYDAY=1TU;COUNT=3",
            "FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270101",
            "FREQ=MONTHLY;BYDAY=1TU;BYHOUR=9",
            "FREQ=MONTHLY;FREQ=WEEKLY;BYDAY=TU",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2",
            "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
            "RRULE:FREQ=WEEKLY;BYDAY=TU\nEXRULE:FREQ=WEEKLY;BYDAY=TU",
        ],
    )
    def test_refuses_what_is_no_recurrence_of_days(self, recurrence):
        with pytest.raises(NotARecurrence):
            check(recurrence=recurrence, from_day=None)

    def test_takes_an_interval_with_a_first_day(self):
        check(recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", from_day=date(2026, 1, 6))

        assert comes_on(
            recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
            day=date(2026, 1, 20),
            from_day=date(2026, 1, 6),
        )


class TestAWeekdayOfEachMonth:
    @pytest.mark.parametrize("place", [1, 2, 3, 4, -1])
    def test_is_written_and_read_back(self, place):
        written = recurring.of_nth_weekday(place=place, weekday=2)

        assert recurring.nth_weekday(recurrence=written) == (place, 2)
        check(recurrence=written, from_day=None)

    def test_is_not_every_recurrence(self):
        assert recurring.nth_weekday(recurrence="FREQ=MONTHLY;BYMONTHDAY=1") is None
