"""What the nights did, business day by business day, and what still waits to be delivered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty import night
from loyalty.core import zones
from loyalty.events.models import JobRun, JobState, OutboxEvent
from loyalty.programmes import books
from members.tasks import ERASURES

_DAYS_SHOWN = 10
# A night begins when its day ends; by the time the shops open it should be done.
_GRACE = timedelta(hours=6)
_COUNTED = 10_000
_ERRORS_SHOWN = 5

NAMES: Mapping[str, Promise] = {
    "settle": _("Expiry and availability of points"),
    "notices": _("Notices of points that expire"),
    "memberships": _("Paid memberships"),
    "tier-warnings": _("Warnings of tiers that end"),
    "referrals": _("Referrals"),
    "tiers": _("Review of tiers"),
    "birthdays": _("Birthdays"),
    "measures": _("Measures"),
    "losses": _("Lost members who came back"),
    "forecasts": _("Predicted value"),
    "segments": _("Members of segments"),
    "figures": _("Figures of the last periods"),
    "vouchers": _("Expiry of vouchers"),
    ERASURES: _("Erasure of members"),
}
# What runs at every hour is no part of a night.
_HOURLY = (ERASURES,)
_HOURLY_SHOWN = 3


@dataclass(frozen=True)
class Step:
    """One job of one business day, or a part of one, and how it ended."""

    name: str
    part: str
    state: str
    rows: int
    started_at: datetime
    took: timedelta | None
    attempts: int
    error: str


@dataclass(frozen=True)
class Night:
    """The jobs of one business day. `state` is done, running, failed, late or waiting."""

    day: date
    state: str
    steps: tuple[Step, ...]

    @property
    def may_run_again(self) -> bool:
        return self.state in {"failed", "late"}


@dataclass(frozen=True)
class Backlog:
    """Events not delivered yet, as far as they are counted, and since when the oldest waits."""

    waiting: int
    is_more: bool
    oldest_at: datetime | None
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Nights:
    """A page of nights, newest first, and the day before which the next page begins."""

    nights: tuple[Night, ...]
    older: date | None


def get_nights(*, at: datetime, before: date | None = None) -> Nights:
    """Return the last business days that had jobs, or those before a day."""
    nightly = JobRun.objects.exclude(job__in=_HOURLY)
    runs = nightly if before is None else nightly.filter(business_day__lt=before)
    days = list(
        runs.order_by("-business_day")
        .values_list("business_day", flat=True)
        .distinct()[: _DAYS_SHOWN + 1]
    )
    shown = days[:_DAYS_SHOWN]
    owed = night.due(at=at)
    by_day: dict[date, list[JobRun]] = defaultdict(list)
    if before is None:
        by_day |= {day: [] for day in owed}
    for run in nightly.filter(business_day__in=shown).order_by("started_at", "pk"):
        by_day[run.business_day].append(run)
    return Nights(
        nights=tuple(
            _night(day, by_day[day], owed=owed, at=at) for day in sorted(by_day, reverse=True)
        ),
        older=shown[-1] if len(days) > _DAYS_SHOWN else None,
    )


def get_night(*, day: date, at: datetime) -> Night:
    """Return what one business day's jobs did; of a day without any, nothing."""
    runs = JobRun.objects.exclude(job__in=_HOURLY).filter(business_day=day)
    ordered = list(runs.order_by("started_at", "pk"))
    return _night(day, ordered, owed=night.due(at=at), at=at)


def get_hourly(*, at: datetime) -> tuple[Step, ...]:
    """Return what runs every hour, its last days first: each counts the runs of a day."""
    runs = JobRun.objects.filter(job__in=_HOURLY).order_by("-business_day", "pk")[:_HOURLY_SHOWN]
    return tuple(_step(run, at=at) for run in runs)


def get_backlog(*, at: datetime) -> Backlog:
    """Return what the relay has still to deliver. It counts no further than ten thousand."""
    due = OutboxEvent.objects.due(at=at)
    waiting = due[: _COUNTED + 1].count()
    oldest = due.order_by("is_historic", "due_at").values_list("occurred_at", flat=True)
    failed = due.filter(attempts__gt=0).exclude(last_error="").order_by("-attempts", "pk")
    return Backlog(
        waiting=min(waiting, _COUNTED),
        is_more=waiting > _COUNTED,
        oldest_at=oldest.first(),
        errors=tuple(
            f"{name}: {error}"
            for name, error in failed.values_list("name", "last_error")[:_ERRORS_SHOWN]
        ),
    )


def _night(day: date, runs: Sequence[JobRun], *, owed: Sequence[date], at: datetime) -> Night:
    state = _state(day, runs, is_owed=day in owed, at=at)
    return Night(day, state, tuple(_step(run, at=at) for run in runs))


def _state(day: date, runs: Sequence[JobRun], *, is_owed: bool, at: datetime) -> str:
    if any(run.state == JobState.FAILED for run in runs):
        return "failed"
    if any(run.is_leased(at=at) for run in runs):
        return "running"
    is_stopped = any(run.state == JobState.RUNNING for run in runs)
    if not is_stopped and not is_owed:
        return "done"
    return "late" if is_late(day=day, at=at) else "waiting"


def is_late(*, day: date, at: datetime) -> bool:
    """Say whether a night that is still owed should long have been done."""
    return at > zones.end_of_day(day=day, zone=books.get_zone()) + _GRACE


def _step(run: JobRun, *, at: datetime) -> Step:
    is_stopped = run.state == JobState.RUNNING and not run.is_leased(at=at)
    return Step(
        name=str(NAMES.get(run.job, run.job)),
        part=_part(run),
        state="stopped" if is_stopped else run.state.lower(),
        rows=run.rows,
        started_at=run.started_at,
        took=run.ended_at - run.started_at if run.ended_at else None,
        attempts=run.attempts,
        error=run.error,
    )


def _part(run: JobRun) -> str:
    if run.job in _HOURLY:
        return run.business_day.isoformat()
    if run.chunk.isdecimal():
        return gettext("helper no. %(number)s") % {"number": int(run.chunk) - 1}
    return "" if run.chunk == "all" else run.chunk
