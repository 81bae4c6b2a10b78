"""When points become usable, and when they stop. Pure: local days in, instants out."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from loyalty.core import zones
from loyalty.ledger.planning import NEVER


class ExpiryKind(StrEnum):
    NEVER = "NEVER"
    DAYS = "DAYS"
    MONTHS = "MONTHS"
    DATES = "DATES"


class RoundUpTo(StrEnum):
    DAY = "DAY"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


_MONTHS_IN = {RoundUpTo.MONTH: 1, RoundUpTo.QUARTER: 3, RoundUpTo.YEAR: 12}


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """How long points live once they are available. `count` is of days or months.

    `dates` are last days of each year, as month-day: of 06-30 and 12-31 the next one counts.
    """

    kind: ExpiryKind = ExpiryKind.NEVER
    count: int = 0
    round_up: RoundUpTo = RoundUpTo.DAY
    dates: tuple[str, ...] = ()


def in_ledger(*, expiry: Expiry) -> str:
    """Return a policy as the ledger keeps it where points wait: MONTHS 12 MONTH, DATES 06-30."""
    match expiry.kind:
        case ExpiryKind.NEVER:
            said = []
        case ExpiryKind.DATES:
            said = list(expiry.dates)
        case _:
            said = [str(expiry.count), expiry.round_up.value]
    return " ".join([expiry.kind.value, *said])


def from_ledger(*, said: str) -> Expiry:
    """Return the policy that `in_ledger` wrote."""
    kind, *rest = said.split(" ")
    match ExpiryKind(kind):
        case ExpiryKind.NEVER:
            return Expiry()
        case ExpiryKind.DATES:
            return Expiry(kind=ExpiryKind.DATES, dates=tuple(rest))
        case counted:
            return Expiry(kind=counted, count=int(rest[0]), round_up=RoundUpTo(rest[1]))


def cancels_at(*, at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return from when it is too late for an event: N days later, at the end of the local day."""
    return available_at(at=at, pending_days=days, zone=zone)


def available_from(*, at: datetime, day: date, zone: ZoneInfo) -> datetime:
    """Return when points that wait for a day can be used: as it begins, at once if it has."""
    return max(at, zones.start_of_day(day=day, zone=zone))


def available_at(*, at: datetime, pending_days: int, zone: ZoneInfo) -> datetime:
    """Return when points earned now can be used: at once, or after N days.

    The N days end with the local day: earned on the 1st and pending for 14 days, points are
    pending through the 15th and usable from the first instant of the 16th.
    """
    if not pending_days:
        return at
    day = zones.business_day(moment=at, zone=zone)
    return zones.end_of_day(day=day + timedelta(days=pending_days), zone=zone)


def expires_at(*, available_at: datetime, expiry: Expiry, zone: ZoneInfo) -> datetime:
    """Return the instant from which points are gone: the end of their last local day."""
    if expiry.kind is ExpiryKind.NEVER:
        return NEVER
    day = zones.business_day(moment=available_at, zone=zone)
    return zones.end_of_day(day=last_day(available_on=day, expiry=expiry), zone=zone)


def last_day(*, available_on: date, expiry: Expiry) -> date:
    """Return the last day on which points can be used: N days or months later, rounded up.

    Months are clamped: 31 January + 1 month is 28 February. Or the next of some dates, which
    may be the day itself; 29 February is the 28th in common years.
    """
    if expiry.kind is ExpiryKind.DATES:
        return next_date(dates=expiry.dates, day=available_on)
    if expiry.kind is ExpiryKind.MONTHS:
        last = zones.add_months(day=available_on, months=expiry.count)
    else:
        last = available_on + timedelta(days=expiry.count)
    return _end_of_period(day=last, period=expiry.round_up)


def next_date(*, dates: Iterable[str], day: date) -> date:
    """Return the first of some dates, as month-day, that is not before a day."""
    said = [(int(one[:2]), int(one[3:])) for one in dates]
    found = (
        date(year, month, min(last, monthrange(year, month)[1]))
        for year in (day.year, day.year + 1)
        for month, last in said
    )
    return min(one for one in found if one >= day)


def _end_of_period(*, day: date, period: RoundUpTo) -> date:
    if period is RoundUpTo.DAY:
        return day
    length = _MONTHS_IN[period]
    first = day.replace(day=1, month=(day.month - 1) // length * length + 1)
    return zones.add_months(day=first, months=length) - timedelta(days=1)
