"""What every measure is made of, and how a figure is traced to what it counted."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.functional import Promise

from analytics.figures import Direction, Figure, Unit
from analytics.periods import Period
from analytics.queries import Query, as_subquery
from analytics.scopes import Scope
from members.models import Member, Purchase


class Family(StrEnum):
    """The chapter a measure is shown in, in the order of the chapters."""

    RETENTION = "RETENTION"
    VALUE = "VALUE"
    PROGRAMME = "PROGRAMME"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that were counted: each for one, or for the amount in `weight`."""

    queryset: QuerySet[Any, Any]
    weight: str | None = None

    def get_total(self) -> int:
        if self.weight is None:
            return self.queryset.count()
        return int(self.queryset.aggregate(total=Sum(self.weight))["total"] or 0)


@dataclass(frozen=True, slots=True)
class Drill:
    """What a numerator was counted from. The total of its rows is exactly the numerator."""

    parts: tuple[Rows, ...]

    def get_total(self) -> int:
        return sum(rows.get_total() for rows in self.parts)


@dataclass(frozen=True, slots=True)
class Example:
    """A small case worked by hand, run as a test. Receipts: member, day, cents. Points: member,
    day, how many earned (or, negative, redeemed). Enrolments: member, day."""

    period: Period
    expected: Figure
    receipts: tuple[tuple[str, str, int], ...] = ()
    points: tuple[tuple[str, str, int], ...] = ()
    enrolments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with one definition. Its module holds all of it."""

    code: str
    family: Family
    name: Promise
    definition: Promise
    numerator_name: Promise
    denominator_name: Promise | None
    unit: Unit
    direction: Direction
    compute: Callable[[Scope], Figure]
    drill: Callable[[Scope], Drill]
    example: Example
    numerator_unit: Unit = Unit.MEMBERS
    denominator_unit: Unit = Unit.MEMBERS


def members(ids: Query) -> Drill:
    """Return the members whose ids a query gives: one row each."""
    return Drill((Rows(Member.objects.filter(pk__in=as_subquery(ids))),))


def receipts(scope: Scope, *, weight: str | None = None) -> Drill:
    """Return the receipts of members in the period."""
    return Drill((Rows(receipts_in(scope), weight),))


def receipts_to_date(scope: Scope) -> Drill:
    """Return the receipts of members up to the end of the period, by what they are worth."""
    ever = Purchase.objects.filter(business_on__lte=scope.as_of, member__isnull=False)
    return Drill((Rows(_cut(ever, scope), "total_cents"),))


def repeated_receipts(scope: Scope) -> Drill:
    """Return the receipts in the period that were not their member's first."""
    same_member = _cut(Purchase.objects.filter(member=OuterRef("member")), scope)
    earlier = Q(business_on__lt=OuterRef("business_on")) | Q(
        business_on=OuterRef("business_on"), pk__lt=OuterRef("pk")
    )
    return Drill((Rows(receipts_in(scope).filter(Exists(same_member.filter(earlier)))),))


def receipts_in(scope: Scope) -> QuerySet[Purchase]:
    days = (scope.period.first, scope.period.last)
    return _cut(Purchase.objects.filter(business_on__range=days, member__isnull=False), scope)


def _cut(purchases: QuerySet[Purchase], scope: Scope) -> QuerySet[Purchase]:
    if scope.cut.store_id is not None:
        purchases = purchases.filter(store=scope.cut.store_id)
    if scope.cut.channel is not None:
        purchases = purchases.filter(channel=scope.cut.channel)
    return purchases
