"""The night's notices: points that will end, told 30 and 7 days before, a week at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from loyalty.core import zones
from loyalty.events import dispatching
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind, MessageState
from loyalty.ledger.models import Account
from loyalty.mailing import expiring, pacing
from loyalty.mailing.pacing import FIRST, Told
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import sharing

_CHUNK = 1_000
_DAY = timedelta(days=1)
# Nobody wants to hear of it at midnight.
_MORNING = time(9)
# A notice is written at most so long before the last day that it tells of.
_REACH = FIRST + pacing.WEEK + timedelta(days=3)

Place = tuple[datetime, int]


def tell(*, day: date, at: datetime) -> int:
    """Owe a notice to whoever has points that end within 30, or 7, days after a day's night.

    One for a member's points of a week, at most one of each sort in seven days, whatever is
    run again. A missed night tells what is true by now: what it could have said earlier,
    nobody needs to hear. Only accounts on which something is due by then are looked at, in a
    number of statements that grows with their thousands. Returns how many notices were new.
    Nobody without an address, blocked, or who has left.
    """
    book = books.get_book()
    morning = max(day + _DAY, book.business_day(at))
    horizon = zones.end_of_day(day=morning + FIRST, zone=book.zone)
    told, place = 0, None
    while chunk := _due(horizon, book, after=place):
        told += _tell([holder for *_rest, holder in chunk], morning=morning, at=at, book=book)
        place = (chunk[-1][1], chunk[-1][0])
    return told


def _due(
    horizon: datetime, book: Rulebook, *, after: Place | None
) -> Sequence[tuple[int, datetime, int]]:
    accounts = Account.objects.filter(
        wallet__code=book.spending_wallet, next_event_at__lte=horizon
    )
    if after:
        moment, pk = after
        accounts = accounts.filter(
            Q(next_event_at__gt=moment) | Q(pk__gt=pk), next_event_at__gte=moment
        )
    rows = accounts.order_by("next_event_at", "pk").values_list("pk", "next_event_at", "holder_id")
    return [(pk, moment, holder) for pk, moment, holder in rows[:_CHUNK] if moment is not None]


@transaction.atomic
def _tell(holder_ids: Sequence[int], *, morning: date, at: datetime, book: Rulebook) -> int:
    days = _days(holder_ids, morning=morning, book=book)
    if not days:
        return 0
    told = _told(days, book=book, at=at)
    return dispatching.put(
        notices=[
            _notice(recipient, planned, at=at, book=book)
            for recipient in sorted(days)
            for planned in pacing.plan(
                days=days[recipient], told=told.get(recipient, ()), morning=morning
            )
        ]
    )


def _days(
    holder_ids: Sequence[int], *, morning: date, book: Rulebook
) -> Mapping[str, Collection[date]]:
    """Return by member the days on which points end, of those who can be written to."""
    midnight = zones.end_of_day(day=morning - _DAY, zone=book.zone)
    ending = expiring.get_expiring(
        holder_ids=holder_ids,
        after=midnight,
        until=morning + FIRST,
        book=book,
        earned_before=midnight,
    )
    told = _recipients({holder for holder, _last in ending})
    days: dict[str, set[date]] = defaultdict(set)
    for holder, last in ending:
        for recipient in told[holder]:
            days[recipient].add(last)
    return days


def _recipients(holder_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Return by holder who can be written to: of a household each one's own address."""
    recipients: dict[int, list[str]] = defaultdict(list)
    if not holder_ids:
        return recipients
    for holder, members in sharing.get_owners(holder_ids=holder_ids).items():
        recipients[holder] += [member.public_id for member in members if member.email]
    return recipients


def _told(
    recipients: Collection[str], *, book: Rulebook, at: datetime
) -> Mapping[str, Sequence[Told]]:
    """Return the notices that each member was sent, or is owed, and that may still count."""
    rows = Message.objects.filter(
        recipient__in=recipients,
        kind__in=(MessageKind.EXPIRY_30, MessageKind.EXPIRY_7),
        created_at__gt=at - _REACH,
    )
    told: dict[str, list[Told]] = defaultdict(list)
    for message in rows.only("recipient", "kind", "facts", "due_at", "state"):
        told[message.recipient].append(
            Told(
                kind=MessageKind(message.kind),
                first=date.fromisoformat(message.facts["day"]),
                due_on=book.business_day(message.due_at),
                is_left_out=message.state == MessageState.SKIPPED,
            )
        )
    return told


def _notice(recipient: str, planned: Told, *, at: datetime, book: Rulebook) -> Notice:
    nine = datetime.combine(planned.due_on, _MORNING, tzinfo=book.zone)
    return Notice(
        recipient=recipient,
        kind=planned.kind,
        key=f"{recipient}:{planned.first}",
        facts={"day": planned.first.isoformat()},
        at=at,
        due_at=max(at, nine),
    )
