"""A bonus for a day that comes once a year, to everybody whose day it is."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from loyalty.core import zones
from loyalty.ledger import posting
from loyalty.programmes.rulebook import Rulebook
from members import bonuses, sharing
from members.models import Member

_CHUNK = 500


def give(*, event: str, members: QuerySet[Member], day: date, at: datetime, book: Rulebook) -> int:
    """Give some members what the rules say of their day, and return how many got something.

    It takes effect at the start of that day, or when they joined in the course of it,
    whenever it is booked, and goes by the tier that holds then. Once for each member and
    year: repeating a day gives nothing more.
    """
    if not bonuses.has_rules(event=event, book=book):
        return 0
    given, last = 0, 0
    while chunk := list(members.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        given += _give_chunk(chunk, event=event, day=day, at=at, book=book)
        last = chunk[-1].pk
    return given


@transaction.atomic
def _give_chunk(
    members: Sequence[Member], *, event: str, day: date, at: datetime, book: Rulebook
) -> int:
    posting.lock_many([member.holder_id for member in members])
    # After the lock: another night that raced us has committed by now.
    reference = f"{event}:{day.year}"
    had = sharing.get_given(members=members, origin=reference)
    still = (
        Member.objects.active()
        .filter(pk__in=[member.pk for member in members])
        .exclude(pk__in=had)
        .exclude(vouchers__origin=reference)
    )
    midnight = zones.start_of_day(day=day, zone=book.zone)
    given = bonuses.give(
        members=list(still),
        event=event,
        reference=reference,
        moment_of=lambda member: min(max(midnight, member.enrolled_at), at),
        recorded_at=at,
        book=book,
        is_historic=False,
    )
    return sum(bool(award.grants) for award in given.awards.values())
