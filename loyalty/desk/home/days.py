"""What each of the last days brought: from facts, and where those end, from that day's rows.

Rows are read by the index on their day or their moment, for the days since the facts were
last refreshed; no page of the desk reads all purchases.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate

from analytics.models import PointsDay, Refresh, StoreDay
from loyalty.core import zones
from loyalty.ledger.models import Bucket, Kind, Movement
from loyalty.programmes.models import Store
from members.models import Member, Purchase, Return

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Booked at the instant a day ends, they belong to the day that ends.
_FALLING_DUE = (Kind.ACTIVATE, Kind.CANCEL, Kind.EXPIRE, Kind.LAPSE)
_NOT_ISSUED = (Kind.ADJUST, Kind.TRANSFER_IN)


@dataclass(frozen=True)
class Sales:
    """Receipts of a day, those of members among them, and the net revenue of all in cents."""

    receipts: int = 0
    of_members: int = 0
    cents: int = 0


@dataclass(frozen=True)
class Points:
    """Points of the spending wallet that a day issued, redeemed and let expire."""

    issued: int = 0
    redeemed: int = 0
    expired: int = 0


@dataclass(frozen=True)
class Window:
    """The last days, today the last of them, seen at a moment on the shops' clock.

    Of whoever is bound to stores, only what happened there.
    """

    at: datetime
    zone: ZoneInfo
    stores: QuerySet[Store] | None = None
    length: int = 14

    @cached_property
    def today(self) -> date:
        return zones.business_day(moment=self.at, zone=self.zone)

    @cached_property
    def days(self) -> list[date]:
        return [self.today - n * DAY for n in reversed(range(self.length))]

    @property
    def week_ago(self) -> date:
        return self.today - WEEK

    @property
    def same_time(self) -> datetime:
        """The same time by the clock on the same weekday last week."""
        # Of one zone, moments are subtracted by the clock on the wall.
        return self.at.astimezone(self.zone) - WEEK

    @cached_property
    def uncounted(self) -> date:
        """The first day whose facts may not be whole: the day of the last refresh."""
        fresh = Refresh.objects.values_list("refreshed_at", flat=True).first()
        if fresh is None:
            return self.days[0]
        return max(self.days[0], zones.business_day(moment=fresh, zone=self.zone))

    @property
    def place(self) -> Q:
        return Q() if self.stores is None else Q(store__in=self.stores.values("pk"))

    def start_of(self, day: date) -> datetime:
        return zones.start_of_day(day=day, zone=self.zone)


def get_enrolments(window: Window) -> tuple[dict[date, int], int]:
    """Return who enrolled by day, and how many had by this time a week ago. One statement."""
    joined = (
        Member.objects.filter(window.place, enrolled_at__gte=window.start_of(window.days[0]))
        .annotate(day=TruncDate("enrolled_at", tzinfo=window.zone))
        .values_list("day")
        .annotate(count=Count("pk"), then=Count("pk", filter=Q(enrolled_at__lte=window.same_time)))
    )
    rows = {day: (count, then) for day, count, then in joined.order_by("day")}
    by_day = {day: rows.get(day, (0, 0))[0] for day in window.days}
    return by_day, rows.get(window.week_ago, (0, 0))[1]


def get_sales(window: Window) -> tuple[dict[date, Sales], Sales]:
    """Return the sales by day, and those by this time a week ago. Four statements.

    What came back is taken off the day on which it did.
    """
    counted = (
        StoreDay.objects.filter(window.place, day__gte=window.days[0], day__lt=window.uncounted)
        .values_list("day")
        .annotate(Sum("receipts"), Sum("member_receipts"), Sum("revenue_cents"))
        .order_by("day")
    )
    since = Purchase.objects.filter(window.place, business_on__gte=window.uncounted)
    then = Purchase.objects.filter(
        window.place, business_on=window.week_ago, occurred_at__lte=window.same_time
    )
    lately, by_then = _returned(window)
    by_day = {day: Sales() for day in window.days} | {day: Sales(*sums) for day, *sums in counted}
    for day, *sums in _sums(since):
        by_day[day] = Sales(*sums)
    for day, cents in lately.items():
        by_day[day] = replace(by_day[day], cents=by_day[day].cents - cents)
    before = next((Sales(*sums) for _day, *sums in _sums(then)), Sales())
    return by_day, replace(before, cents=before.cents - by_then)


def _returned(window: Window) -> tuple[dict[date, int], int]:
    """Return the cents that came back, by day not counted yet, and by this time a week ago."""
    is_then = Q(business_on=window.week_ago, occurred_at__lte=window.same_time)
    first = min(window.uncounted, window.week_ago)
    rows = (
        Return.objects.filter(window.place, business_on__gte=first)
        .values_list("business_on")
        .annotate(Sum("total_cents"), then=Sum("total_cents", filter=is_then, default=0))
        .order_by("business_on")
    )
    found = {day: (cents, then) for day, cents, then in rows}
    recent = {day for day in window.days if day >= window.uncounted}
    lately = {day: cents for day, (cents, _) in found.items() if day in recent}
    return lately, found.get(window.week_ago, (0, 0))[1]


def _sums(purchases: QuerySet[Purchase]) -> Iterable[tuple[date, int, int, int]]:
    return (
        purchases.values_list("business_on")
        .annotate(Count("pk"), Count("member"), Sum("total_cents"))
        .order_by("business_on")
    )


def get_points(window: Window, *, wallet: str) -> tuple[dict[date, Points], Points]:
    """Return the flow of points by day, and that by this time a week ago. Three statements."""
    counted = (
        PointsDay.objects.filter(
            wallet__code=wallet, day__gte=window.days[0], day__lt=window.uncounted
        )
        .values_list("day", "kind", "source", "destination")
        .annotate(Sum("points"))
        .order_by("day")
    )
    since = _moved(window, wallet, first=window.uncounted, until=window.at)
    then = _moved(window, wallet, first=window.week_ago, until=window.same_time)
    found = _flows([*counted, *since])
    before = _flows(then).get(window.week_ago, Points())
    return {day: found.get(day, Points()) for day in window.days}, before


def _moved(
    window: Window, wallet: str, *, first: date, until: datetime
) -> list[tuple[date, str, str, str, int]]:
    """Return what moved from a day on, until a moment, as the facts count it."""
    edges = [window.start_of(day) for day in (*window.days, window.today + DAY)]
    rows = (
        Movement.objects.filter(
            entry__occurred_at__gte=window.start_of(first),
            entry__occurred_at__lte=until,
            account__wallet__code=wallet,
        )
        .annotate(
            day=TruncDate("entry__occurred_at", tzinfo=window.zone),
            kind=F("entry__kind"),
            is_of_the_day_before=Case(
                When(
                    entry__kind__in=_FALLING_DUE,
                    entry__key=None,
                    entry__occurred_at__in=edges,
                    then=Value(1),
                ),
                default=Value(0),
            ),
        )
        .values_list("day", "kind", "source", "destination", "is_of_the_day_before")
        .annotate(total=Sum("points"))
        .order_by("day")
    )
    moved = [(day - early * DAY, *said, points) for day, *said, early, points in rows]
    return [row for row in moved if row[0] >= first]


def _flows(moved: Iterable[tuple[date, str, str, str, int]]) -> Mapping[date, Points]:
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day, kind, source, destination, points in moved:
        if source == Bucket.ISSUED and kind not in _NOT_ISSUED:
            sums[day][0] += points
        if destination == Bucket.REDEEMED:
            sums[day][1] += points
        if destination == Bucket.EXPIRED:
            sums[day][2] += points
    return {day: Points(*three) for day, three in sums.items()}
