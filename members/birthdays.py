"""The bonus for a birthday, once a year."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from loyalty.core import zones
from loyalty.ledger import posting
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import bonuses
from members.models import Member

EVENT = "birthday"
_CHUNK = 500


def give(*, day: date, at: datetime) -> int:
    """Give whoever has their birthday on a business day what the rules say. Returns how many.

    It takes effect at the start of that day, or when they joined in the course of it,
    whenever it is booked, and goes by the tier that holds then. Once for each member and
    year: repeating a day gives nothing more. Who was born on 29 February celebrates on the
    28th in common years. Who is blocked, has left or had not joined yet gets nothing.
    """
    book = books.get_book()
    if not bonuses.has_rules(event=EVENT, book=book):
        return 0
    given, last = 0, 0
    while chunk := list(_celebrating(day, book).filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        given += _give_chunk(chunk, day=day, at=at, book=book)
        last = chunk[-1].pk
    return given


def _celebrating(day: date, book: Rulebook) -> QuerySet[Member]:
    born = Q(birth_month=day.month, birth_day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born |= Q(birth_month=2, birth_day=29)
    tonight = zones.end_of_day(day=day, zone=book.zone)
    return Member.objects.active().filter(born, enrolled_at__lt=tonight)


@transaction.atomic
def _give_chunk(members: Sequence[Member], *, day: date, at: datetime, book: Rulebook) -> int:
    posting.lock_many([member.holder_id for member in members])
    # After the lock: another night that raced us has committed by now.
    reference = f"{EVENT}:{day.year}"
    had = Entry.objects.filter(
        account__holder__in=[member.holder_id for member in members],
        reference=reference,
        kind=Kind.EARN,
    ).values_list("account__holder_id", flat=True)
    still = (
        Member.objects.active()
        .filter(pk__in=[member.pk for member in members])
        .exclude(holder__in=list(had))
    )
    midnight = zones.start_of_day(day=day, zone=book.zone)
    entries = bonuses.give(
        members=list(still),
        event=EVENT,
        reference=reference,
        moment_of=lambda member: min(max(midnight, member.enrolled_at), at),
        recorded_at=at,
        book=book,
        is_historic=False,
    )
    return len({entry.account_id for entry in entries})
