"""B10 and P13: seven missed nights of two hundred thousand members, and the messages they take."""

import time
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from celery.signals import before_task_publish
from django.db import connection
from django.utils import timezone

from benchmarks import checks, crowd, databases, hoard, scene
from benchmarks.harness import Count, Report, Twin
from benchmarks.run import Run

MEMBERS, LOTS = 200_000, 3
DAYS = 7
MOST_SECONDS = 600
LEAST_SECONDS = 60
A_DAY = timedelta(days=1)


def measure(run: Run) -> Report:
    """Let the tick find seven nights owed, and catch up."""
    from loyalty.programmes import books

    members = max(run.scaled(MEMBERS), 2_000)
    report = Report(code="B10", title=f"seven missed nights, {members:,} members")
    today = timezone.now().astimezone(_zone()).date()
    build(run, members=members, first=today - DAYS * A_DAY)
    sent: list[str] = []

    def note(sender: Any = None, **_more: Any) -> None:
        sent.append(str(sender))

    before_task_publish.connect(note)
    began = time.perf_counter()
    with run.meter.measuring() as cost:
        knock()
    seconds = time.perf_counter() - began
    before_task_publish.disconnect(note)
    most = max(round(MOST_SECONDS * members / MEMBERS), LEAST_SECONDS)
    report.counts += [
        Count("messages", "messages to workers", len(sent), members // 1_000),
        Count("seconds", "seconds of the catch-up (P13)", round(seconds), most),
    ]
    report.notes += [
        f"{seconds:.0f} s, CPU {cost.application:.0f} s app + {cost.database:.0f} s database",
        *describe(),
    ]
    report.twins += check(members, today)
    assert books.get_book()
    return report


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Paris")


def build(run: Run, *, members: int, first: date) -> None:
    """Make members of whom half have a lot that ended on one of the days, and one night before."""
    from loyalty import night
    from loyalty.core import zones
    from loyalty.events.models import JobRun, JobState
    from tests.members.builders import publish

    run.cluster.create("b10")
    databases.migrate("b10")
    opened = timezone.now() - timedelta(days=200)
    scene.set_up(at=opened)
    publish("gift", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 30}})
    crowd.gather(members=members, purchases=members, has_points=False)
    midnight = zones.end_of_day(day=first, zone=_zone())
    hoard.fill(accounts=members, lots=LOTS, at=opened, due=members // 2, days=DAYS, first=midnight)
    let_tiers_end(first)
    for job in night.JOBS:
        JobRun.objects.create(
            job=job, business_day=first - A_DAY, state=JobState.DONE, started_at=midnight
        )
    run.cluster.freeze("b10")


def let_tiers_end(first: date) -> None:
    """Put one in twenty on the silver rung, until one of the days."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_member SET tier_until = %s + (id %% 7)::int,"
            " tier_id = (SELECT id FROM programmes_tier WHERE code = 'silver')"
            " WHERE id %% 20 = 0 AND state = 'ACTIVE'",
            [first],
        )


def knock() -> None:
    """Do as beat does, until no night is owed."""
    from loyalty import night, tasks

    while night.due(at=timezone.now()):
        tasks.tick_night()


def describe() -> list[str]:
    """Say what each step wrote and how long it took, all days together."""
    from loyalty.events.models import JobRun

    rows: Counter[str] = Counter()
    took: Counter[str] = Counter()
    for job in JobRun.objects.exclude(ended_at=None):
        rows[job.job] += job.rows
        took[job.job] += (job.ended_at - job.started_at).total_seconds()
    return [f"  {name:10} {rows[name]:9,} rows  {took[name]:7.1f} s" for name in rows]


def check(members: int, today: date) -> list[Twin]:
    from loyalty import night
    from loyalty.events.models import JobRun, JobState
    from loyalty.ledger.models import Account, Entry, Kind

    nights = JobRun.objects.filter(state=JobState.DONE, job=night.JOBS[-1], ended_at__isnull=False)
    days = sorted(nights.values_list("business_day", flat=True))
    late = datetime.combine(today, datetime.min.time(), tzinfo=_zone())
    return [
        Twin("days", "each day once", days == [today - n * A_DAY for n in range(DAYS, 0, -1)]),
        Twin("expired", "each dead lot expired once",
             Entry.objects.filter(kind=Kind.EXPIRE).count() == members // 2),
        Twin("due", "nothing is left to do",
             not Account.objects.filter(next_event_at__lte=late).exists()),
        Twin("ledger", "the ledger verifies", checks.is_ledger_sound()),
    ]  # fmt: skip
