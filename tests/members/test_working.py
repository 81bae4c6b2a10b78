"""Working time, as a table: nights, weekends, holidays, and the days on which clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from members import working
from members.working import Hours

PARIS = ZoneInfo("Europe/Paris")
OFFICE = Hours(zone=PARIS, holidays=frozenset({date(2026, 5, 1)}))
SHOP = Hours(zone=PARIS, opens=time(10), closes=time(19, 30), weekdays=frozenset({2, 3, 6}))
ALWAYS = Hours(
    zone=PARIS, opens=time(0), closes=time(0), weekdays=frozenset({1, 2, 3, 4, 5, 6, 7})
)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


class TestMinutesBetween:
    @pytest.mark.parametrize(
        ("start", "end", "hours", "minutes"),
        [
            # Tuesday 10 March 2026.
            ("2026-03-10 10:00", "2026-03-10 10:00", OFFICE, 0),
            ("2026-03-10 10:00", "2026-03-10 11:30", OFFICE, 90),
            ("2026-03-10 11:30", "2026-03-10 10:00", OFFICE, 0),
            ("2026-03-10 17:30", "2026-03-11 09:30", OFFICE, 60),
            ("2026-03-10 20:00", "2026-03-11 08:00", OFFICE, 0),
            # Friday evening to Monday morning.
            ("2026-03-13 17:00", "2026-03-16 10:00", OFFICE, 120),
            # Saturday alone.
            ("2026-03-14 09:00", "2026-03-14 18:00", OFFICE, 0),
            # 1 May 2026 is a Friday, and closed.
            ("2026-04-30 17:00", "2026-05-04 09:15", OFFICE, 75),
            ("2026-03-10 10:00", "2026-03-17 10:00", OFFICE, 5 * 9 * 60),
            ("2026-03-10 19:00", "2026-03-14 10:30", SHOP, 30 + 570 + 30),
            # Seconds are not rounded up.
            ("2026-03-10 10:00:30", "2026-03-10 10:01:29", OFFICE, 0),
            # The day of 23 hours, and that of 25.
            ("2026-03-29 00:00", "2026-03-30 00:00", ALWAYS, 23 * 60),
            ("2026-10-25 00:00", "2026-10-26 00:00", ALWAYS, 25 * 60),
            ("2026-03-28 12:00", "2026-03-29 12:00", ALWAYS, 23 * 60),
            # Office hours are as long on either side of the change.
            ("2026-03-27 17:00", "2026-03-30 10:00", OFFICE, 120),
        ],
    )
    def test_counts_what_falls_into_the_hours(
        self, start: str, end: str, hours: Hours, minutes: int
    ) -> None:
        assert working.minutes_between(start=paris(start), end=paris(end), hours=hours) == minutes


class TestAfter:
    @pytest.mark.parametrize(
        ("start", "minutes", "hours", "end"),
        [
            ("2026-03-10 10:00", 90, OFFICE, "2026-03-10 11:30"),
            ("2026-03-10 10:00", 8 * 60, OFFICE, "2026-03-10 18:00"),
            ("2026-03-10 17:00", 120, OFFICE, "2026-03-11 10:00"),
            ("2026-03-13 20:00", 60, OFFICE, "2026-03-16 10:00"),
            ("2026-04-30 17:00", 120, OFFICE, "2026-05-04 10:00"),
            ("2026-03-10 12:00", 18 * 60, OFFICE, "2026-03-12 12:00"),
            ("2026-03-28 12:00", 24 * 60, ALWAYS, "2026-03-29 13:00"),
            ("2026-10-24 12:00", 24 * 60, ALWAYS, "2026-10-25 11:00"),
        ],
    )
    def test_is_when_so_much_was_worked(
        self, start: str, minutes: int, hours: Hours, end: str
    ) -> None:
        due = working.after(start=paris(start), minutes=minutes, hours=hours)

        assert due == paris(end).astimezone(UTC)
        assert working.minutes_between(start=paris(start), end=due, hours=hours) == minutes

    def test_ends_where_nobody_ever_works(self) -> None:
        never = Hours(zone=PARIS, weekdays=frozenset())

        due = working.after(start=paris("2026-03-10 12:00"), minutes=1, hours=never)

        assert due == datetime(2036, 3, 17, tzinfo=UTC)
