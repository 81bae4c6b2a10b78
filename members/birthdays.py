"""The bonus for a birthday, once a year."""

from calendar import isleap
from datetime import date, datetime

from django.db.models import Q, QuerySet

from loyalty.core import zones
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import celebrating
from members.models import Member

EVENT = "birthday"


def give(*, day: date, at: datetime) -> int:
    """Give whoever has their birthday on a business day what the rules say. Returns how many.

    As `celebrating.give` says. Who was born on 29 February celebrates on the 28th in common
    years. Who is blocked, has left or had not joined yet gets nothing.
    """
    book = books.get_book()
    members = _celebrating(day, book)
    return celebrating.give(event=EVENT, members=members, day=day, at=at, book=book)


def _celebrating(day: date, book: Rulebook) -> QuerySet[Member]:
    born = Q(birth_month=day.month, birth_day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born |= Q(birth_month=2, birth_day=29)
    tonight = zones.end_of_day(day=day, zone=book.zone)
    return Member.objects.active().filter(born, enrolled_at__lt=tonight)
