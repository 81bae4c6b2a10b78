"""Working time: what of a span falls into the hours in which requests are answered. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# Nobody waits longer: whoever closes for ever is asked for nothing.
_FURTHEST = 3_660


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody answers: from one time of day to another, on some days of the week.

    Days of the week are those of ISO, Monday 1. A close at midnight is that of the day's end.
    """

    zone: ZoneInfo
    opens: time = time(9)
    closes: time = time(18)
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()

    def is_open_on(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.holidays


def minutes_between(*, start: datetime, end: datetime, hours: Hours) -> int:
    """Return the whole working minutes of a span, as they pass: 23-hour days have an hour less.

    Nothing of a span that ends before it starts.
    """
    first, last = (moment.astimezone(hours.zone).date() for moment in (start, end))
    shared = (
        min(closes, end) - max(opens, start) for opens, closes in _shifts(first, last, hours)
    )
    worked = sum((span for span in shared if span > timedelta()), timedelta())
    return worked // _MINUTE


def after(*, start: datetime, minutes: int, hours: Hours) -> datetime:
    """Return the first moment by which so many working minutes have passed since the start.

    Where ten years have not enough of them, that is the end of those years.
    """
    left = minutes * _MINUTE
    first = start.astimezone(hours.zone).date()
    last = first + _FURTHEST * _DAY
    for opens, closes in _shifts(first, last, hours):
        begun = max(opens, start.astimezone(UTC))
        if closes > begun:
            if closes - begun >= left:
                return begun + left
            left -= closes - begun
    return datetime.combine(last, time.min, tzinfo=UTC)


def _shifts(first: date, last: date, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each working day opens and closes, in UTC: there an hour is an hour."""
    day = first
    while day <= last:
        if hours.is_open_on(day):
            until = day + _DAY if hours.closes == time.min else day
            yield _instant(day, hours.opens, hours), _instant(until, hours.closes, hours)
        day += _DAY


def _instant(day: date, moment: time, hours: Hours) -> datetime:
    return datetime.combine(day, moment, tzinfo=hours.zone).astimezone(UTC)
