"""Jobs that run once per business day: who holds them, and how they ended."""

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from loyalty.core import faults
from loyalty.events.models import JobRun, JobState

_LEASE = timedelta(minutes=10)
# One call cannot prolong its lease: it gets one that outlasts the largest count of measures.
_LONG_LEASE = timedelta(hours=3)

_log = logging.getLogger(__name__)


def run(
    *,
    job: str,
    business_day: date,
    chunk: str = "all",
    at: datetime,
    work: Callable[[], int],
    lease: timedelta = _LONG_LEASE,
) -> JobRun:
    """Do one piece of work and record the rows it says it wrote, once per job, day and chunk.

    What is done is not run again; what another process holds is left to it until its lease
    lapses, which must outlast the work; what failed is tried again. Whatever `work` raises is
    recorded and raised on, so it must itself be safe to repeat.
    """
    held, is_ours = _claim(job, business_day, chunk, at, lease)
    return _finish(held, at, work) if is_ours else held


def run_chunks(
    *, job: str, business_day: date, chunk: str = "all", at: datetime, work: Callable[[], int]
) -> JobRun:
    """Do as `run`, calling `work` until it has written nothing. Each call prolongs the lease."""
    held, is_ours = _claim(job, business_day, chunk, at, _LEASE)
    if not is_ours:
        return held
    clock = _Clock(at)

    def all_chunks() -> int:
        total = held.rows
        while rows := work():
            total += rows
            _mine(held).update(rows=total, leased_until=clock.now() + _LEASE)
        return total

    return _finish(held, at, all_chunks)


class _Clock:
    """The caller's moment, going on: only doors read the real one."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._started)


@transaction.atomic
def _claim(
    job: str, business_day: date, chunk: str, at: datetime, lease: timedelta
) -> tuple[JobRun, bool]:
    """Return the row of this piece of work, and whether the caller may do it now."""
    held, is_new = JobRun.objects.select_for_update().get_or_create(
        job=job,
        business_day=business_day,
        chunk=chunk,
        defaults={"state": JobState.RUNNING, "started_at": at, "leased_until": at + lease},
    )
    if is_new:
        return held, True
    if held.state == JobState.DONE or held.is_leased(at=at):
        return held, False
    held.state, held.attempts, held.error = JobState.RUNNING, held.attempts + 1, ""
    held.started_at, held.ended_at, held.leased_until = at, None, at + lease
    held.save()
    return held, True


def _finish(held: JobRun, at: datetime, work: Callable[[], int]) -> JobRun:
    clock = _Clock(at)
    try:
        rows = work()
    except BaseException as error:
        fault = faults.describe(error)
        _log.error("%s failed: %s", held, fault)
        _mine(held).update(
            state=JobState.FAILED, ended_at=clock.now(), leased_until=None, error=fault[:500]
        )
        raise
    _mine(held).update(state=JobState.DONE, ended_at=clock.now(), leased_until=None, rows=rows)
    held.refresh_from_db()
    return held


def _mine(held: JobRun) -> QuerySet[JobRun]:
    """The row, unless the lease lapsed and somebody took it over: then it is theirs to write."""
    return JobRun.objects.filter(pk=held.pk, attempts=held.attempts, state=JobState.RUNNING)
