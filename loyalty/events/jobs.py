"""Jobs of a business day: who holds them, and how they ended."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from loyalty.core import faults
from loyalty.core.clocks import Clock
from loyalty.events.models import JobRun, JobState

_LEASE = timedelta(minutes=10)
# One call cannot prolong its lease: it gets one that outlasts the largest count of measures.
_LONG_LEASE = timedelta(hours=3)
_SHARES = ("all", *(str(number) for number in range(2, 9)))

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
    return _finish(held, at, _all_of(work, held, at)) if is_ours else held


def share(*, job: str, business_day: date, at: datetime, work: Callable[[], int]) -> JobRun:
    """Do as `run_chunks`, beside up to seven others who do the same, each with its own chunk.

    `work` must take what nobody else holds. The work is done when everybody who began has found
    nothing left. Returns the chunk of one who is still at it, else the first.
    """
    clock, may_join = Clock(at), True
    while name := _find_share(job, business_day, at=clock.now(), may_join=may_join):
        now = clock.now()
        held, is_ours = _claim(job, business_day, name, now, _LEASE)
        if is_ours:
            _finish(held, now, _all_of(work, held, now))
            # Who found nothing left has no share to add; who was killed left one to take over.
            may_join = False
    chunks = list(JobRun.objects.filter(job=job, business_day=business_day).order_by("pk"))
    return next((chunk for chunk in chunks if chunk.state != JobState.DONE), chunks[0])


def _find_share(job: str, business_day: date, *, at: datetime, may_join: bool) -> str | None:
    """Return the chunk to do next: one that was dropped, else a new one beside the others."""
    chunks = JobRun.objects.filter(job=job, business_day=business_day).order_by("pk")
    begun = {chunk.chunk: chunk for chunk in chunks}
    for name, chunk in begun.items():
        if chunk.state != JobState.DONE and not chunk.is_leased(at=at):
            return name
    is_over = begun and all(chunk.state == JobState.DONE for chunk in begun.values())
    if is_over or not may_join:
        return None
    return next((name for name in _SHARES if name not in begun), None)


def _all_of(work: Callable[[], int], held: JobRun, at: datetime) -> Callable[[], int]:
    """Return work that goes on until nothing is left, and prolongs the lease with each chunk."""
    clock = Clock(at)

    def all_chunks() -> int:
        total = held.rows
        while rows := work():
            total += rows
            _mine(held).update(rows=total, leased_until=clock.now() + _LEASE)
        return total

    return all_chunks


def repeat(
    *,
    job: str,
    business_day: date,
    at: datetime,
    work: Callable[[], int],
    lease: timedelta = _LONG_LEASE,
) -> JobRun:
    """Do as `run` what is done many times a day: one row a day counts its runs and their rows.

    A run that ends well makes up for those of earlier days that failed: their error stays to
    be read, and nobody is asked to look at them any more.
    """
    held, is_ours = _claim(job, business_day, "all", at, lease, is_repeated=True)
    if not is_ours:
        return held
    before = held.rows
    done = _finish(held, at, lambda: before + work())
    JobRun.objects.filter(job=job, state=JobState.FAILED).update(state=JobState.DONE)
    return done


@transaction.atomic
def _claim(
    job: str,
    business_day: date,
    chunk: str,
    at: datetime,
    lease: timedelta,
    *,
    is_repeated: bool = False,
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
    is_done = held.state == JobState.DONE and not is_repeated
    if is_done or held.is_leased(at=at):
        return held, False
    held.state, held.attempts, held.error = JobState.RUNNING, held.attempts + 1, ""
    held.started_at, held.ended_at, held.leased_until = at, None, at + lease
    held.save()
    return held, True


def _finish(held: JobRun, at: datetime, work: Callable[[], int]) -> JobRun:
    clock = Clock(at)
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
