"""What a member has that cannot be used yet: until some day, or until an event comes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger.balances import Balance
from loyalty.ledger.models import Account, Lot, LotState
from loyalty.programmes import summaries
from loyalty.programmes.rulebook import Rulebook


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """Points that wait for an event, in words, and the last day on which it is not too late."""

    points: int
    until_event: str
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Points that are not available yet, and the first day on which some of them are.

    `events` are those of which nobody knows the day.
    """

    points: int
    from_day: date | None
    is_this_year: bool
    events: tuple[Awaited, ...] = ()


def get_waiting(
    *, account: Account | None, balance: Balance, at: datetime, book: Rulebook
) -> Waiting | None:
    """Return what a member waits for; None where nothing is pending. One statement if any."""
    if account is None or not balance.pending:
        return None
    pending = Lot.objects.filter(account=account, remaining__gt=0, state=LotState.PENDING)
    lots = list(pending.filter(available_at__gt=at).order_by("available_at", "cancels_at"))
    moment = next((lot.available_at for lot in lots if lot.waits_for is None), None)
    day = book.business_day(moment) if moment else None
    return Waiting(
        points=balance.pending,
        from_day=day,
        is_this_year=day is None or day.year == book.business_day(at).year,
        events=tuple(_awaited(lots, at=at, book=book)),
    )


def _awaited(lots: Sequence[Lot], *, at: datetime, book: Rulebook) -> Iterator[Awaited]:
    """Yield what waits by its event and last day, what is cancelled first at the top."""
    points: dict[tuple[str, date], int] = defaultdict(int)
    for lot in lots:
        if lot.waits_for and lot.cancels_at and lot.cancels_at > at:
            points[lot.waits_for, book.last_day(lot.cancels_at)] += lot.remaining
    for (event, last_day), count in points.items():
        said = summaries.waits(event=event)
        yield Awaited(points=count, until_event=said, last_day=last_day)
