"""Which points end on which day, for many members at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Case, F, When
from django.utils import translation

from loyalty.core import zones
from loyalty.ledger.models import Account, Lot
from loyalty.mailing import pacing
from loyalty.programmes import summaries
from loyalty.programmes.rulebook import Rulebook
from members.models import Member


class Dying(NamedTuple):
    """How many points end, and how many of them an activity before would keep longer."""

    points: int = 0
    idle: int = 0


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How many points end with a day, and whether an activity before would keep some longer."""

    day: date
    points: int
    is_idle: bool = False


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What keeps the points that end with a day, if it happens by then."""

    day: date
    by: str


Dyings = Mapping[tuple[int, date], Dying]


def get_expiring(
    *,
    holder_ids: Collection[int],
    after: datetime,
    until: date,
    book: Rulebook,
    earned_before: datetime | None = None,
) -> Dyings:
    """Return, by holder and last day, how many spendable points end after a moment.

    Of a lot, or of an account where nothing happens, whichever is first.
    Days up to `until`, included, in one statement. What was spent or set aside is not
    counted; what was earned from `earned_before` on is not looked at.
    """
    is_idle = When(account__inactive_at__lt=F("expires_at"), then="account__inactive_at")
    lots = Lot.objects.annotate(ends_at=Case(is_idle, default="expires_at")).filter(
        account__holder__in=holder_ids,
        account__wallet__code=book.spending_wallet,
        remaining__gt=0,
        ends_at__gt=after,
        ends_at__lte=zones.end_of_day(day=until, zone=book.zone),
    )
    if earned_before is not None:
        lots = lots.filter(earned_at__lt=earned_before)
    ending: dict[tuple[int, date], Dying] = defaultdict(Dying)
    for holder, ends_at, expires_at, points in lots.values_list(
        "account__holder_id", "ends_at", "expires_at", "remaining"
    ):
        place = (holder, book.last_day(ends_at))
        was, idle = ending[place], points if ends_at < expires_at else 0
        ending[place] = Dying(was.points + points, was.idle + idle)
    return ending


def get_spenders(*, holder_ids: Collection[int], book: Rulebook) -> Mapping[int, int]:
    """Return by holder whose points they spend: their own, or those of their household."""
    accounts = Account.objects.filter(holder__in=holder_ids, wallet__code=book.spending_wallet)
    rows = accounts.values_list("holder_id", "merged_into__holder_id")
    return {holder: home or holder for holder, home in rows}


def kept(*, days: Sequence[Ending], member: Member, book: Rulebook) -> Kept | None:
    """Return what would keep points that end where nothing happens, if any of these do."""
    day = next((one.day for one in days if one.is_idle), None)
    terms = book.wallet(book.spending_wallet).inactivity
    if day is None or terms is None:
        return None
    with translation.override(member.language):
        return Kept(day=day, by=summaries.keeping(terms))


def of_week(ending: Mapping[date, Dying], *, first: date, held: int) -> list[Ending]:
    """Return what ends on each day of the week from `first` on, never more than is held."""
    days: list[Ending] = []
    for day in sorted(ending):
        dying = ending[day]
        if first <= day < first + pacing.WEEK and (points := min(dying.points, held)):
            days.append(Ending(day=day, points=points, is_idle=dying.idle > 0))
            held -= points
    return days
