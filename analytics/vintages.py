"""Points by the month they were issued in, and what became of them in each month since.

Whatever happens to a lot happens to the month it was earned in, which transfers and graces keep.
Of each month: what was issued, less what was taken back = redeemed + lapsed + what is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, DateField, F, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from analytics import points
from analytics.models import PointsVintage
from analytics.periods import month_start, months_from
from analytics.scopes import Scope
from analytics.triangles import Origin
from loyalty.core import zones
from loyalty.ledger.models import Bucket, Kind, Movement

_AN_INSTANT = timedelta(microseconds=1)
_STOCK = (Bucket.PENDING, Bucket.AVAILABLE, Bucket.HELD)
_TAKEN_BACK = (Kind.CLAWBACK, Kind.ADJUST)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to points: issued, taken back, redeemed less given back, lapsed."""

    issued: int = 0
    taken_back: int = 0
    redeemed: int = 0
    lapsed: int = 0

    def plus(self, other: "Change") -> "Change":
        return Change(
            self.issued + other.issued,
            self.taken_back + other.taken_back,
            self.redeemed + other.redeemed,
            self.lapsed + other.lapsed,
        )

    # Properties

    @property
    def kept(self) -> int:
        """What was issued, less what was taken back."""
        return self.issued - self.taken_back

    @property
    def left(self) -> int:
        """What it adds to what lies in lots: pending, available or reserved."""
        return self.kept - self.redeemed - self.lapsed


@dataclass(frozen=True, slots=True)
class Vintage:
    """Points issued in one month, by the month in which something happened to them."""

    month: date
    changes: Mapping[date, Change]

    def until(self, month: date) -> Change:
        """Return what happened to them up to the end of a month."""
        return total(change for when, change in self.changes.items() if when <= month)


def total(changes: Iterable[Change]) -> Change:
    found = Change()
    for change in changes:
        found = found.plus(change)
    return found


def get_vintages(scope: Scope) -> list[Vintage]:
    """Return every month's points as of the end of the scope, the oldest month first.

    Lots that have ended and that nobody has settled yet have lapsed on their last day. What is
    left of all of them is what is owed by the ledger, and what members owe beside it.
    """
    rows = PointsVintage.objects.filter(wallet=scope.wallet_id, day__lte=scope.period.last)
    moved = _moved(rows.annotate(happened=TruncMonth("day")))
    return _gathered([*moved, *_unsettled(scope)])


def get_recorded(*, wallet_id: int, until: date) -> list[Vintage]:
    """Return every month's points as they had been written down by the end of a month.

    Months are those of writing, so that the answer never changes once a month is over.
    """
    rows = PointsVintage.objects.filter(wallet=wallet_id, recorded_month__lte=until)
    return _gathered(_moved(rows.annotate(happened=F("recorded_month"))))


def as_origins(vintages: Iterable[Vintage], *, until: date) -> list[Origin]:
    """Return the triangle of whole months up to one: what was redeemed by the end of each age."""
    found = []
    for vintage in vintages:
        if vintage.month > until:
            continue
        ages = [vintage.until(month) for month in months_from(vintage.month, until)]
        found.append(Origin(ages[-1].kept, tuple(change.redeemed for change in ages)))
    return found


def movements(scope: Scope) -> QuerySet[Movement]:
    """Return what moved points into lots or out of them up to the end of the scope.

    Each with `effect`, its signed points.
    """
    enters = Q(destination__in=_STOCK) & ~Q(source__in=_STOCK)
    leaves = Q(source__in=_STOCK) & ~Q(destination__in=_STOCK)
    effect = Case(
        When(enters, then="points"), default=-F("points"), output_field=BigIntegerField()
    )
    happened = points.has_happened(zones.end_of_day(day=scope.period.last, zone=scope.zone))
    mine = Movement.objects.filter(happened, account__wallet=scope.wallet_id, lot__isnull=False)
    return mine.filter(enters | leaves).annotate(effect=effect)


def _moved(rows: QuerySet[Any]) -> list[tuple[date, date, Change]]:
    sums = rows.values_list("issued_month", "happened", "kind", "source", "destination").annotate(
        moved=Sum("points")
    )
    return [
        (issued, happened, _change(Kind(kind), source, destination, int(moved)))
        for issued, happened, kind, source, destination, moved in sums.order_by()
    ]


def _change(kind: Kind, source: str, destination: str, moved: int) -> Change:
    """Say what a movement was to its lot: it comes from one place and goes to another."""
    if kind in (Kind.TRANSFER_IN, Kind.TRANSFER_OUT):
        # From one lot into another of the same month: neither issued nor taken back.
        return Change()
    came = Change(issued=moved if source == Bucket.ISSUED else 0)
    back = Change(redeemed=-moved if source == Bucket.REDEEMED else 0)
    went = Change(
        redeemed=moved if destination == Bucket.REDEEMED else 0,
        taken_back=moved if _is_taken_back(kind, destination) else 0,
        lapsed=moved if _has_lapsed(kind, destination) else 0,
    )
    return came.plus(back).plus(went)


def _is_taken_back(kind: Kind, destination: str) -> bool:
    return destination == Bucket.DEBT or (destination == Bucket.REMOVED and kind in _TAKEN_BACK)


def _has_lapsed(kind: Kind, destination: str) -> bool:
    """Say whether points ended that nobody had asked back: expired, or of a closed account."""
    is_gone = destination in (Bucket.EXPIRED, Bucket.REMOVED)
    return is_gone and not _is_taken_back(kind, destination)


def _unsettled(scope: Scope) -> list[tuple[date, date, Change]]:
    lots = points.due_lots(scope).annotate(
        issued_month=TruncMonth("earned_at", tzinfo=scope.zone, output_field=DateField())
    )
    return [
        (issued, month_start(_day_ended(ends_at, scope)), Change(lapsed=left))
        for issued, ends_at, left in lots.values_list("issued_month", "ends_at", "remaining")
    ]


def _day_ended(ends_at: datetime, scope: Scope) -> date:
    """Return the day that ends at an instant, or in which it falls."""
    return zones.business_day(moment=ends_at - _AN_INSTANT, zone=scope.zone)


def _gathered(moved: Iterable[tuple[date, date, Change]]) -> list[Vintage]:
    found: dict[date, dict[date, Change]] = defaultdict(lambda: defaultdict(Change))
    for issued, happened, change in moved:
        # What is told of a month before its points were issued is told of that month.
        months = found[issued]
        months[max(issued, happened)] = months[max(issued, happened)].plus(change)
    return [Vintage(month, dict(found[month])) for month in sorted(found)]
