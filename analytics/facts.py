"""Keeps facts true: counts again what changed since the last time, and nothing else.

Purchases and the ledger leave `events.Change` rows in their own transactions. A refresh
takes some, counts those members and months, and commits; it stops at any point and goes on
later. Days are gathered first, so that a thousand late receipts count each day once.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q

from analytics import counting, revising
from analytics.models import DayToCount, PointsDay, PointsVintage, Refresh, Topic
from analytics.periods import DAY, month_end, month_start
from loyalty.core import zones
from loyalty.events import changes
from loyalty.events.models import Change
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme

_DAYS_AT_ONCE = 31


def refresh(*, at: datetime, changes_at_once: int = 2_000) -> int:
    """Count again what changed since the last refresh. Returns how many changes that were.

    Afterwards every fact agrees with what had committed when it began. May be repeated,
    interrupted, and run by two at once: one waits for the other. The first counts everything.
    """
    done = _count_all_once(at)
    for step in (_count_members, _gather_points_days):
        while taken := step(at, changes_at_once):
            done += taken
    while _count_store_days(at):
        pass
    while _count_points_days():
        pass
    _note_counted(at)
    Refresh.objects.filter(pk=1).update(steps=F("steps") + 1)
    return done


@transaction.atomic
def _count_all_once(at: datetime) -> int:
    """Count everything unless somebody has. Asked under the lock: of two, one counts."""
    _hold()
    is_counted = Refresh.objects.filter(rebuilt_at__isnull=False).exists()
    return 0 if is_counted else rebuild(at=at)


@transaction.atomic
def rebuild(*, at: datetime) -> int:
    """Throw every fact away and count all purchases and points anew. Returns the rows written."""
    _hold()
    Change.objects.filter(topic__in=Topic.values).delete()
    DayToCount.objects.all().delete()
    rows = counting.count_all_purchases() + _count_all_points()
    _note_counted(at)
    Refresh.objects.filter(pk=1).update(rebuilt_at=at, rebuilds=F("rebuilds") + 1)
    return rows


@transaction.atomic
def _count_members(at: datetime, at_once: int) -> int:
    refreshed_at = _hold()
    taken = changes.take(Topic.PURCHASES, at_once)
    months: dict[date, set[int]] = defaultdict(set)
    for member_id, day in taken:
        if member_id is not None:
            months[month_start(day)].add(member_id)
    for month, member_ids in sorted(months.items()):
        counting.count_month(month, list(member_ids))
    counting.count_members(list(set().union(*months.values())))
    _gather(Topic.PURCHASES, {day for _, day in taken})
    _note_revisions(Topic.PURCHASES, {day for _, day in taken}, refreshed_at, at)
    return len(taken)


@transaction.atomic
def _gather_points_days(at: datetime, at_once: int) -> int:
    """Gather the business days of what moved: the ledger knows days of UTC alone."""
    refreshed_at = _hold()
    taken = changes.take(Topic.POINTS, at_once)
    days = {day + shift * DAY for _, day in taken for shift in (-1, 0, 1)}
    _gather(Topic.POINTS, days)
    _note_revisions(Topic.POINTS, {day for _, day in taken}, refreshed_at, at)
    return len(taken)


@transaction.atomic
def _count_store_days(at: datetime) -> int:
    refreshed_at = _hold()
    days = _take_days(Topic.PURCHASES)
    for day in days:
        counting.count_store_day(day)
    _note_revisions(Topic.PURCHASES, days, refreshed_at, at)
    return len(days)


@transaction.atomic
def _count_points_days() -> int:
    _hold()
    days = _take_days(Topic.POINTS)
    if not days:
        return 0
    zone = _get_zone()
    for day in days:
        counting.count_points_day(day, zone)
    counting.count_points_months(days, zone)
    return len(days)


def _count_all_points() -> int:
    for fact in (PointsDay, PointsVintage):
        fact._default_manager.all().delete()
    moments = Entry.objects.order_by("occurred_at").values_list("occurred_at", flat=True)
    first, last = moments.first(), moments.last()
    if first is None or last is None:
        return 0
    zone = _get_zone()
    counting.count_all_points_months(zone)
    # From a day early: an expiry at the instant a day begins belongs to the day before.
    day = zones.business_day(moment=first, zone=zone) - DAY
    while day <= zones.business_day(moment=last, zone=zone):
        counting.count_points_day(day, zone)
        day += DAY
    return PointsDay.objects.count()


def _hold() -> datetime | None:
    """Lock the facts until this transaction ends; return when they were last refreshed.

    Whoever counts takes a step, which figures of unfinished periods are told by.
    """
    Refresh.objects.bulk_create([Refresh(pk=1)], ignore_conflicts=True)
    Refresh.objects.filter(pk=1).update(steps=F("steps") + 1)
    return Refresh.objects.values_list("refreshed_at", flat=True).get(pk=1)


def _note_counted(at: datetime) -> None:
    """Say that all is counted up to a moment, unless a later one has been said by now.

    Taken back, a month that was kept as over would be none, and what is late not be noted of it.
    """
    earlier = Q(refreshed_at=None) | Q(refreshed_at__lt=at)
    Refresh.objects.filter(earlier, pk=1).update(refreshed_at=at)


def _gather(topic: Topic, days: Collection[date]) -> None:
    waiting = [DayToCount(topic=topic, day=day) for day in sorted(days)]
    DayToCount.objects.bulk_create(waiting, ignore_conflicts=True)


def _take_days(topic: Topic) -> list[date]:
    waiting = DayToCount.objects.filter(topic=topic).order_by("day")
    days = list(waiting.values_list("day", flat=True)[:_DAYS_AT_ONCE])
    DayToCount.objects.filter(topic=topic, day__in=days).delete()
    return days


def _note_revisions(
    topic: Topic, days: Collection[date], refreshed_at: datetime | None, at: datetime
) -> None:
    """Remember the months that had ended, and been counted since, before this change."""
    if refreshed_at is None or not days:
        return
    counted_until = zones.business_day(moment=refreshed_at, zone=_get_zone())
    months = {month_start(day) for day in days if month_end(day) < counted_until}
    revising.note(topic=topic, months=months, at=at)


def _get_zone() -> ZoneInfo:
    return ZoneInfo(Programme.objects.values_list("time_zone", flat=True).get())
