"""What only staff's pages say."""

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal
from django import template
from django.utils import timezone

from loyalty.templatetags.look import locale
from members import words

register = template.Library()

_MINUTE = 60
_INSTANT = timedelta(microseconds=1)


@register.filter
def lasting(took: timedelta | None) -> str:
    """Write how long something took: "1,2 s", "3 min"; a dash while it is not over."""
    if took is None:
        return "–"
    seconds = took.total_seconds()
    if seconds < _MINUTE:
        return f"{format_decimal(round(seconds, 1), locale=locale())}\N{NO-BREAK SPACE}s"
    return format_timedelta(took, threshold=1.5, format="short", locale=locale())


@register.filter
def place(code: str) -> str:
    """Say where something happened, as members' pages at the desk say it."""
    return words.of_place(code)


@register.filter
def day_short(on: date) -> str:
    """Write a day where there is little room: 22 nov. 2026, 22 Nov 2026."""
    local = timezone.localtime(on).date() if isinstance(on, datetime) else on
    return format_date(local, "medium", locale=locale())


@register.filter
def last_day_short(end: datetime) -> str:
    """Write the last local day of what is good until an instant, as `day_short` does."""
    return day_short(end - _INSTANT)


@register.filter(expects_localtime=True)
def moment_short(at: datetime, pattern: str = "HH:mm") -> str:
    """Write a moment where there is little room: 22 nov. 2026 14:05."""
    time = format_time(at.time(), pattern, locale=locale())
    return f"{day_short(at.date())}\N{NO-BREAK SPACE}{time}"
