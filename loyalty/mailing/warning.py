"""The night's warnings: a tier that will be lost, told thirty days before, once."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.events import dispatching
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import foretelling
from members.models import Member

KIND = MessageKind.TIER_AT_RISK
BEFORE = timedelta(days=30)
_CHUNK = 1_000
_DAY = timedelta(days=1)
# Nobody wants to hear of it at midnight.
_MORNING = time(9)

Place = tuple[date, int]


def warn(*, day: date, at: datetime) -> int:
    """Owe a warning to whoever loses a tier within 30 days after a day's night.

    One for a member and a last day, whatever is run again; none to who has done enough, is
    blocked, has left or has no address. A missed night tells what is true by now. The
    number of statements grows with thousands of members. Returns how many were new.
    """
    book = books.get_book()
    if book.ladder is None:
        return 0
    morning = max(day + _DAY, book.business_day(at))
    warned, place = 0, (date.min, 0)
    while chunk := _ending(morning, after=place):
        warned += _warn(chunk, morning=morning, at=at, book=book)
        place = (chunk[-1].tier_until or date.min, chunk[-1].pk)
    return warned


def _ending(morning: date, *, after: Place) -> Sequence[Member]:
    last, pk = after
    members = Member.objects.active().filter(
        Q(tier_until__gt=last) | Q(pk__gt=pk),
        tier_until__gte=max(morning, last),
        tier_until__lte=morning + BEFORE,
        email__isnull=False,
    )
    return list(members.order_by("tier_until", "pk")[:_CHUNK])


@transaction.atomic
def _warn(members: Sequence[Member], *, morning: date, at: datetime, book: Rulebook) -> int:
    keys = {f"{member.public_id}:{member.tier_until}": member for member in members}
    told = set(
        Message.objects.filter(key__in=[f"{KIND}:{key}" for key in keys]).values_list(
            "key", flat=True
        )
    )
    new = {key: member for key, member in keys.items() if f"{KIND}:{key}" not in told}
    falls = foretelling.get_falls(members=list(new.values()), at=at, book=book)
    nine = datetime.combine(morning, _MORNING, tzinfo=book.zone)
    return dispatching.put(
        notices=[
            Notice(
                recipient=member.public_id,
                kind=KIND,
                key=key,
                facts={"tier": fall.tier.code, "until": fall.until.isoformat()},
                at=at,
                due_at=max(at, nine),
            )
            for key, member in new.items()
            if (fall := falls.get(member.pk)) and fall.until == member.tier_until
        ]
    )
