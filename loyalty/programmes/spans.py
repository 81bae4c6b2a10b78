"""Over which days a tier is counted, and how long it is then kept. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from loyalty.core import zones

_DAY = timedelta(days=1)
# Before any purchase; a moment that every database can hold.
_BEGINNING = date(1900, 1, 1)
Days = tuple[date, date]


class Window(StrEnum):
    """Over which days a measure is counted."""

    ROLLING = "ROLLING"
    CALENDAR_YEAR = "CALENDAR_YEAR"
    MEMBERSHIP_YEAR = "MEMBERSHIP_YEAR"
    LIFETIME = "LIFETIME"


class Validity(StrEnum):
    """How long a tier is kept once it is reached."""

    MONTHS = "MONTHS"
    WINDOW = "WINDOW"
    FOLLOWING_YEAR = "FOLLOWING_YEAR"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A window, a validity and a grace. Days are the member's, the last one included."""

    window: Window = Window.ROLLING
    window_months: int = 12
    validity: Validity = Validity.MONTHS
    validity_months: int = 12
    grace_days: int = 0

    def counted(self, day: date, *, enrolled_on: date) -> Days:
        """Return the first day of the window in which a day is, and that day."""
        match self.window:
            case Window.ROLLING:
                return zones.add_months(day=day, months=-self.window_months) + _DAY, day
            case Window.CALENDAR_YEAR:
                return date(day.year, 1, 1), day
            case Window.MEMBERSHIP_YEAR:
                return _anniversary_before(day, enrolled_on), day
            case Window.LIFETIME:
                return _BEGINNING, day

    def closing(self, day: date, *, enrolled_on: date) -> date | None:
        """Return the last day of the year in which a day is counted; None where none closes."""
        match self.window:
            case Window.CALENDAR_YEAR:
                return date(day.year, 12, 31)
            case Window.MEMBERSHIP_YEAR:
                first = _anniversary_before(day, enrolled_on)
                return _anniversary(first.year + 1, enrolled_on) - _DAY
            case Window.ROLLING | Window.LIFETIME:
                return None

    def closings(self, last: date, *, enrolled_on: date) -> tuple[Days, ...]:
        """Return what counts for keeping a tier beyond its last day, grace included.

        The window that closes with its validity, and with the grace. A tier that ends with
        its year is kept by what is done in the year that follows: so much as the grace allows.
        """
        days = (last - timedelta(days=self.grace_days), last) if self.grace_days else (last,)
        if not self._starts_anew:
            return tuple(self.counted(day, enrolled_on=enrolled_on) for day in days)
        first, _day = self.counted(days[0] + _DAY, enrolled_on=enrolled_on)
        return tuple((first, day) for day in days)

    def last_day(self, day: date, *, enrolled_on: date) -> date | None:
        """Return the last day of a tier reached on a day, grace included; None without an end."""
        end = self._end(day, enrolled_on)
        return end + timedelta(days=self.grace_days) if end else None

    def last_day_after(self, closing: date, *, enrolled_on: date) -> date | None:
        """Return the last day of a tier that follows another, by what a closing counted."""
        begun = closing + _DAY if self._starts_anew else closing
        return self.last_day(begun, enrolled_on=enrolled_on)

    def _end(self, day: date, enrolled_on: date) -> date | None:
        match self.validity:
            case Validity.MONTHS:
                return zones.add_months(day=day, months=self.validity_months)
            case Validity.FOLLOWING_YEAR:
                return date(day.year + 1, 12, 31)
            case Validity.WINDOW if self.window is Window.ROLLING:
                return zones.add_months(day=day, months=self.window_months)
            case Validity.WINDOW:
                return self.closing(day, enrolled_on=enrolled_on)

    @property
    def _starts_anew(self) -> bool:
        is_yearly = self.window in (Window.CALENDAR_YEAR, Window.MEMBERSHIP_YEAR)
        return is_yearly and self.validity is Validity.WINDOW


def _anniversary(year: int, enrolled_on: date) -> date:
    months = (year - enrolled_on.year) * 12
    return zones.add_months(day=enrolled_on, months=months)


def _anniversary_before(day: date, enrolled_on: date) -> date:
    """Return the last anniversary by a day; a day before enrolment is in a year of its own."""
    this_year = _anniversary(day.year, enrolled_on)
    return this_year if this_year <= day else _anniversary(day.year - 1, enrolled_on)
