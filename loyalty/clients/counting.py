"""Counts that every process shares: kept by Redis, and by the database while Redis is away.

A count belongs to one window of time and is forgotten when that has ended. What Redis counted
before it went is not known to the database: a window in which it goes, or comes back, may let
through twice as much, never less than is allowed.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from redis import Redis, RedisError

from loyalty.core import engines

# A queue waits: longer than this and Redis is as good as away.
_PATIENCE_SECONDS = 0.25
_LEFT_ALONE_SECONDS = 5.0
_LONGER_SECONDS = 60
_until: dict[str, float] = {}
_pools: dict[str, Redis] = {}
_making = threading.Lock()


@dataclass(frozen=True)
class Counted:
    """So many more of something in the window that ends at a moment; 0 only asks how many."""

    name: str
    more: int
    ends_at: datetime


def count(*, counted: Sequence[Counted], at: datetime) -> list[int]:
    """Add to counts, and return what each is now. Exact, however many processes count.

    One trip to Redis; one statement while that is away, or there is none.
    """
    if not counted:
        return []
    url = settings.REDIS_URL
    if url and time.monotonic() >= _until.get(url, 0.0):
        try:
            return _count_in_redis(url, counted, at=at)
        except RedisError:
            # Others are not to wait for it, each in turn.
            _until[url] = time.monotonic() + _LEFT_ALONE_SECONDS
    return keep(counted=counted)


def keep(*, counted: Sequence[Counted]) -> list[int]:
    """Count in the database, with the transaction in which it is called. One statement."""
    # In one order, so that two who count the same never wait for each other.
    inserted = sorted(counted, key=lambda one: one.name)
    values: list[Any] = []
    for one in inserted:
        values += [one.name, one.more, engines.to_column(one.ends_at)]
    marks = ", ".join(["(%s, %s, %s)"] * len(inserted))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(marks=marks), values)
        now = dict(cursor.fetchall())
    return [now[one.name] for one in counted]


def _count_in_redis(url: str, counted: Sequence[Counted], *, at: datetime) -> list[int]:
    with _redis(url).pipeline(transaction=False) as pipe:
        for one in counted:
            key = f"{settings.REDIS_PREFIX}count:{one.name}"
            pipe.incrby(key, one.more)
            pipe.expire(key, int((one.ends_at - at).total_seconds()) + _LONGER_SECONDS)
        return [int(number) for number in pipe.execute()[::2]]


def _redis(url: str) -> Redis:
    """Return this process's pool of connections, which notices a fork by itself.

    One for all threads: a second one would close what it lent as soon as it is forgotten.
    """
    with _making:
        if url not in _pools:
            _pools[url] = Redis.from_url(
                url,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                health_check_interval=30,
            )
        return _pools[url]


_KEEP = """
    INSERT INTO clients_count (name, number, ends_at) VALUES {marks}
        ON CONFLICT (name) DO UPDATE SET number = clients_count.number + excluded.number
    RETURNING name, number
"""
