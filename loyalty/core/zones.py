"""Business days: calendar days in the programme's time zone. Pure."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def business_day(*, moment: datetime, zone: ZoneInfo) -> date:
    """Return the local calendar day in which a moment falls."""
    return moment.astimezone(zone).date()


def start_of_day(*, day: date, zone: ZoneInfo) -> datetime:
    """Return the instant a local day begins, whatever its length (23, 24 or 25 hours)."""
    return datetime.combine(day, time.min, tzinfo=zone)


def end_of_day(*, day: date, zone: ZoneInfo) -> datetime:
    """Return the instant a local day ends: the start of the next. "Valid until" is stored so."""
    return start_of_day(day=day + timedelta(days=1), zone=zone)


def add_months(*, day: date, months: int) -> date:
    """Return the day some months later; the day is clamped: 31 January + 1 is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
