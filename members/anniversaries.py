"""The bonus for each year in the programme."""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Min, Q, QuerySet

from loyalty.core import zones
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event
from members import bonuses, celebrating
from members.models import Member

_DAY = timedelta(days=1)


def give(*, day: date, at: datetime) -> int:
    """Give whoever joined on this day of an earlier year what the rules say. Returns how many.

    As `celebrating.give` says. Who joined on 29 February celebrates on the 28th in common
    years. Who is blocked or has left gets nothing.
    """
    book = books.get_book()
    if not bonuses.has_rules(event=Event.ANNIVERSARY, book=book):
        return 0
    members = _celebrating(day, book)
    return celebrating.give(event=Event.ANNIVERSARY, members=members, day=day, at=at, book=book)


def _celebrating(day: date, book: Rulebook) -> QuerySet[Member]:
    first = Member.objects.aggregate(first=Min("enrolled_at"))["first"]
    joined = Q(pk__in=[])
    for start, end in _days(day, since=first.year - 1 if first else day.year):
        joined |= Q(
            enrolled_at__gte=zones.start_of_day(day=start, zone=book.zone),
            enrolled_at__lt=zones.start_of_day(day=end, zone=book.zone),
        )
    return Member.objects.active().filter(joined)


def _days(day: date, *, since: int) -> Iterator[tuple[date, date]]:
    """Yield the days of earlier years that are celebrated on a day, each with the day after."""
    is_leap_day = (day.month, day.day) == (2, 29)
    for year in range(since, day.year):
        if is_leap_day and not isleap(year):
            continue
        start = day.replace(year=year)
        stays = (day.month, day.day) == (2, 28) and not isleap(day.year) and isleap(year)
        yield start, start + (2 if stays else 1) * _DAY
