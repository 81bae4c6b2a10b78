"""How long points live where nothing happens, and what counts as happening. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from loyalty.core import zones
from loyalty.ledger.planning import Idle


class Activity(StrEnum):
    """What keeps points alive. A purchase that earns some is two of these."""

    PURCHASE = "PURCHASE"
    SPENDING = "SPENDING"
    AWARD = "AWARD"


@dataclass(frozen=True, kw_only=True)
class Inactivity:
    """All points of a wallet die after so many months without one of these activities.

    `since` is when that began to be said: nothing that happened before counts against anybody.
    """

    months: int
    activities: frozenset[Activity]
    since: datetime


def ends_at(*, terms: Inactivity, last: datetime, zone: ZoneInfo) -> datetime:
    """Return from when points are gone if nothing happens after `last`: the end of a local day.

    Months are clamped: 29 February + 12 months is 28 February.
    """
    day = zones.business_day(moment=max(last, terms.since), zone=zone)
    return zones.end_of_day(day=zones.add_months(day=day, months=terms.months), zone=zone)


def idle(
    *,
    terms: Inactivity | None,
    did: Collection[Activity],
    at: datetime,
    zone: ZoneInfo,
    occurred_at: datetime | None = None,
) -> Idle | None:
    """Return until when an account stays awake by what happened; None where it never sleeps.

    What is no activity here starts no new time, and neither does an activity that is told so
    late that its time is over: from now on, like them, it speaks for points without one.
    """
    if terms is None:
        return None
    until = ends_at(terms=terms, last=occurred_at or at, zone=zone)
    if terms.activities.isdisjoint(did) or until <= at:
        return Idle(ends_at(terms=terms, last=at, zone=zone), resets=False)
    return Idle(until)
