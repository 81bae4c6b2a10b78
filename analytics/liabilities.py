"""What the points that members hold are worth, and how many of them nobody will ever ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Q, Sum

from analytics import triangles, vintages
from analytics.models import PointsDay
from analytics.scopes import Scope
from analytics.triangles import Origin
from analytics.vintages import Vintage
from loyalty.core import money
from loyalty.ledger.models import Bucket
from loyalty.programmes.models import Programme

# A month's points are followed for a year before anything is said of what becomes of points.
LEAST_AGE = 12


@dataclass(frozen=True, slots=True)
class Breakage:
    """The share of issued points that will never be redeemed, and what that was told from."""

    share: Fraction
    origins: Sequence[Origin]


@dataclass(frozen=True, slots=True)
class Liability:
    """Points in lots by month of issue, each worth so many cents, less the expected breakage."""

    points: dict[date, int]
    cents_each: Fraction
    breakage: Fraction | None

    # Properties

    @property
    def total(self) -> int:
        return sum(self.points.values())

    @property
    def gross_cents(self) -> int:
        """What all of them are worth, were each redeemed; to the nearest cent."""
        return nearest(self.total * self.cents_each)

    @property
    def cents(self) -> int:
        """What of it is expected to be asked for; to the nearest cent."""
        return nearest(self.total * self.cents_each * (1 - (self.breakage or 0)))


def get_breakage(scope: Scope) -> Breakage | None:
    """Return the expected breakage by the chain ladder on whole months; None too early."""
    found = vintages.get_vintages(scope)
    return estimate(found, until=scope.last_whole_month)


def estimate(found: Sequence[Vintage], *, until: date) -> Breakage | None:
    """Return the breakage that vintages up to a month say, never below nothing.

    None before the oldest has been followed for a year, or if nobody ever redeemed.
    """
    origins = vintages.as_origins(found, until=until)
    share = triangles.expected_share(origins)
    if share is None or max(origin.age for origin in origins) < LEAST_AGE:
        return None
    return Breakage(max(Fraction(0), 1 - share), origins)


def get_liability(scope: Scope) -> Liability:
    """Return what is owed in points at the end of the scope, at the value of a point then."""
    found = vintages.get_vintages(scope)
    breakage = estimate(found, until=scope.last_whole_month)
    return Liability(
        points={one.month: vintages.total(one.changes.values()).left for one in found},
        cents_each=get_cents_per_point(at=scope.end_at, currency=scope.currency),
        breakage=breakage.share if breakage else None,
    )


def get_debt(scope: Scope) -> int:
    """Return the points that members owe at the end of the scope: they are in no lot."""
    moved = PointsDay.objects.filter(wallet=scope.wallet_id, day__lte=scope.period.last).aggregate(
        owed=Sum("points", filter=Q(source=Bucket.DEBT), default=0),
        repaid=Sum("points", filter=Q(destination=Bucket.DEBT), default=0),
    )
    return int(moved["owed"] - moved["repaid"])


def get_cents_per_point(*, at: datetime, currency: str) -> Fraction:
    """Return what a point was worth at a moment, in cents, as the programme's history says.

    Before its first entry, as that one says.
    """
    history = Programme.history.order_by("-history_date", "-history_id")
    values = history.values_list("value_of_point", flat=True)
    value = values.filter(history_date__lte=at).first() or values.last()
    if value is None:
        value = Programme.objects.values_list("value_of_point", flat=True).get()
    return Fraction(value) * Fraction(10 ** money.places(currency=currency))


def nearest(cents: Fraction) -> int:
    """Return whole cents, halves up."""
    return (cents * 2 + 1) // 2
