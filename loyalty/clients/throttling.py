"""How often a client may call, and how often it may ask for somebody who does not exist.

Both are counted exactly across processes, in windows that begin with the clock: a minute and a
day of the programme's for calls, ten minutes for misses. What a window refuses was not done.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from loyalty.clients import counting
from loyalty.clients.counting import Counted
from loyalty.clients.models import Client
from loyalty.core import zones
from loyalty.core.problems import RateLimited
from loyalty.programmes import books

_MINUTE, _TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Bound:
    """A count and the most that it may be."""

    counted: Counted
    limit: int


@dataclass(frozen=True)
class Rate:
    """What a client may still do, and in how many seconds it may do it all again."""

    limit: int
    remaining: int
    reset: int
    is_over: bool = False

    def as_headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }

    def refusal(self) -> RateLimited:
        return RateLimited(headers={"Retry-After": str(self.reset)}, limit=self.limit)


@dataclass(frozen=True)
class Judged:
    """What a client may still do, and what it has done too often, if it has."""

    shown: Rate | None
    refused: Rate | None = None


def judge_call(*, client: Client, at: datetime, asks_for_somebody: bool) -> Judged:
    """Count a call of a client, unless nothing limits it.

    Where the call asks for somebody, it is refused too once the client or its store has asked in
    vain too often. One trip to Redis, or one statement; none where nothing is limited.
    """
    calls = list(_calls(client, at))
    misses = list(_misses(client, at, more=0)) if asks_for_somebody else []
    rates = _rates([*calls, *misses], at)
    over = (rate for rate in rates if rate.is_over)
    return Judged(shown=_tightest(rates[: len(calls)]), refused=_tightest(over))


def judge_miss(*, client: Client, at: datetime) -> Rate | None:
    """Count that a client asked for somebody who does not exist; return why it is not told so."""
    rates = _rates(list(_misses(client, at, more=1)), at)
    return _tightest(rate for rate in rates if rate.is_over)


def _tightest(rates: Iterable[Rate]) -> Rate | None:
    """Return what has the least left; of several, what takes longest."""
    return min(rates, key=lambda one: (one.remaining, -one.reset), default=None)


def _rates(bounds: list[Bound], at: datetime) -> list[Rate]:
    numbers = counting.count(counted=[bound.counted for bound in bounds], at=at)
    return [_rate(bound, number, at) for bound, number in zip(bounds, numbers, strict=True)]


def _rate(bound: Bound, number: int, at: datetime) -> Rate:
    reset = max(1, math.ceil((bound.counted.ends_at - at).total_seconds()))
    # Who only asks how many there are has one more to come.
    is_over = number + (not bound.counted.more) > bound.limit
    return Rate(bound.limit, max(0, bound.limit - number), reset, is_over)


def _calls(client: Client, at: datetime) -> Iterator[Bound]:
    if limit := client.calls_a_minute or settings.API_CALLS_A_MINUTE:
        ends_at = _end_of(_MINUTE, at)
        yield Bound(Counted(f"calls:{client.pk}:{_stamp(ends_at)}", 1, ends_at), limit)
    if client.calls_a_day:
        ends_at = end_of_day(at)
        name = f"calls:{client.pk}:day:{_stamp(ends_at)}"
        yield Bound(Counted(name, 1, ends_at), client.calls_a_day)


def _misses(client: Client, at: datetime, *, more: int) -> Iterator[Bound]:
    ends_at = _end_of(_TEN_MINUTES, at)
    if limit := client.misses_allowed or settings.API_MISSES_OF_CLIENT:
        name = f"misses:client:{client.pk}:{_stamp(ends_at)}"
        yield Bound(Counted(name, more, ends_at), limit)
    if client.store_id and (limit := settings.API_MISSES_OF_STORE):
        name = f"misses:store:{client.store_id}:{_stamp(ends_at)}"
        yield Bound(Counted(name, more, ends_at), limit)


def end_of_day(at: datetime) -> datetime:
    """Return when the programme's day ends that a moment falls in."""
    zone = books.get_zone()
    return zones.end_of_day(day=zones.business_day(moment=at, zone=zone), zone=zone)


def _end_of(window: timedelta, at: datetime) -> datetime:
    return _EPOCH + window * ((at - _EPOCH) // window + 1)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%y%m%d%H%M")
