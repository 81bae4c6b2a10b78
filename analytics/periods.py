"""Periods of business days, what came before them, and which whole months they hold. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from loyalty.core.zones import add_months

DAY = timedelta(days=1)
# Before anything that can have been sold; far enough from year 1 to count back from.
BEGINNING = date(1000, 1, 1)
# What somebody may ask about.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


class PeriodKind(StrEnum):
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF = "HALF"
    YEAR = "YEAR"
    RANGE = "RANGE"


_MONTHS_OF = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.YEAR: 12,
}


@dataclass(frozen=True, slots=True)
class Period:
    """Business days from the first to the last, both included.

    The first days of a longer period, as one that lasts is compared with, are `short_by` so many
    of its days: they are compared in their turn with as many days of the one before that.
    """

    first: date
    last: date
    short_by: int = 0

    @property
    def kind(self) -> PeriodKind:
        """A whole month, quarter, half-year or year of the calendar is recognised as such."""
        if self.short_by or self.first.day != 1 or self.last != month_end(self.last):
            return PeriodKind.RANGE
        months = _months_between(self.first, self.last) + 1
        for kind, length in _MONTHS_OF.items():
            if months == length and (self.first.month - 1) % length == 0:
                return kind
        return PeriodKind.RANGE

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_empty(self) -> bool:
        return self.last < self.first

    def is_finished(self, *, today: date) -> bool:
        """Say whether its last business day is over."""
        return self.last < today

    def previous(self, *, today: date) -> "Period":
        """Return the period of the same kind just before, or the range of equal length.

        Of an unfinished period: only as many of its first days as have begun of this one,
        so that like is compared with like. One that has not begun is compared with nothing.
        """
        return self._as_far(self._whole()._just_before(), today)

    def year_before(self, *, today: date) -> "Period":
        """Return the same calendar dates a year before; 29 February becomes 28.

        Of an unfinished period: as many days as have begun of this one.
        """
        whole = self._whole()
        earlier = Period(_a_year_before(whole.first), _a_year_before(whole.last))
        return self._as_far(earlier, today)

    def _whole(self) -> "Period":
        return Period(self.first, self.last + self.short_by * DAY)

    def _as_far(self, other: "Period", today: date) -> "Period":
        """Return another period, as far as this one has come if it is not all there."""
        if self.is_finished(today=today) and not self.short_by:
            return other
        begun = min(max((today - self.first).days + 1, 0), self.days)
        last = min(other.last, other.first + (begun - 1) * DAY)
        return Period(other.first, last, (other.last - last).days)

    def _just_before(self) -> "Period":
        last = self.first - DAY
        months = _MONTHS_OF.get(self.kind)
        if months is None:
            return Period(self.first - self.days * DAY, last)
        return Period(add_months(day=month_start(self.first), months=-months), last)


@dataclass(frozen=True, slots=True)
class Split:
    """A period as whole months, if any, and the days of its edges that fill no month."""

    months: tuple[date, date] | None
    edges: tuple[Period, ...]


def split(period: Period) -> Split:
    """Return the first and last whole month (by their first days) and what is left over."""
    first, last = period.first, period.last
    opening = first if first.day == 1 else add_months(day=month_start(first), months=1)
    closing = month_start(last + DAY) - DAY
    if closing < opening:
        return Split(None, () if period.is_empty else (period,))
    edges = (Period(first, opening - DAY), Period(closing + DAY, last))
    return Split((opening, month_start(closing)), tuple(e for e in edges if not e.is_empty))


def day(text: str) -> date:
    """Read a day as people write it to machines: 2026-03-10. Raises ValueError."""
    return date.fromisoformat(text)


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_from(first: date, last: date) -> list[date]:
    """Return the first day of each month from one to the other."""
    count = _months_between(first, last) + 1
    return [add_months(day=month_start(first), months=months) for months in range(count)]


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
