"""What every measure is made of, and how a figure is traced to what it counted."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import cutting
from analytics.figures import Direction, Figure, Unit
from analytics.periods import Period
from analytics.queries import Query, as_subquery
from analytics.scopes import EVERY_WAY, Cut, Dimension, Scope
from loyalty.core.refusals import Refusal
from members.models import Member, Purchase, Return

_Row = TypeVar("_Row", Purchase, Return)


class CutImpossible(Refusal):
    code = "cut-impossible"
    title = _("This measure cannot be cut in this way.")


class Family(StrEnum):
    """The chapter a measure is shown in, in the order of the chapters."""

    RETENTION = "RETENTION"
    VALUE = "VALUE"
    PROGRAMME = "PROGRAMME"
    LISTENING = "LISTENING"


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
    """A small case worked by hand, run as a test. Receipts: member or "" for nobody, day, cents.
    Returns: of whose first receipt of which day, the day of the return, cents.
    Points: member, day, how many earned (or, negative, redeemed). Enrolments: member, day.
    Categories: member, day, what they bought one of. Outlooks, of a fit on the period's last day:
    member, cents expected, besides one day and even odds. Tiers: member, day, the tier they moved
    to. Referrals: referrer, friend, the day that one joined. Vouchers: member, day, cents. Costs:
    category, first day, last day, cents. Budgets: category, year, cents. Losses: member, day
    told, reason, competitor or "", and how what is sold afterwards won them back, or "".
    Cases: member, kind, days opened, answered or "", resolved or "", whether it was reopened.
    Answers: member, day, score, to a question of the measure's own kind, else of recommending."""

    period: Period
    expected: Figure
    receipts: tuple[tuple[str, str, int], ...] = ()
    returns: tuple[tuple[str, str, str, int], ...] = ()
    points: tuple[tuple[str, str, int], ...] = ()
    enrolments: tuple[tuple[str, str], ...] = ()
    outlooks: tuple[tuple[str, int], ...] = ()
    categories: tuple[tuple[str, str, str], ...] = ()
    tiers: tuple[tuple[str, str, str], ...] = ()
    referrals: tuple[tuple[str, str, str], ...] = ()
    vouchers: tuple[tuple[str, str, int], ...] = ()
    costs: tuple[tuple[str, str, str, int], ...] = ()
    budgets: tuple[tuple[str, int, int], ...] = ()
    losses: tuple[tuple[str, str, str, str, str], ...] = ()
    cases: tuple[tuple[str, str, str, str, str, bool], ...] = ()
    answers: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with one definition. Its module holds all of it.

    It is of facts when what it computes, and the settings in its scope, come from facts of
    purchases alone: then a figure of months that are over is kept until they are revised.
    """

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
    cuts: frozenset[Dimension] = EVERY_WAY
    is_of_facts: bool = False

    # Queries

    def get_figure(self, scope: Scope) -> Figure:
        """Return what is computed; of a segment before there was one nothing is available."""
        return self.compute(scope) if cutting.is_known(scope) else Figure(None)

    # Properties

    def allows(self, cut: Cut) -> bool:
        """Say whether the figure can be told of this cut."""
        return cut.dimensions <= self.cuts

    def check(self, cut: Cut) -> None:
        """Raise CutImpossible where the figure cannot be told of this cut."""
        if not self.allows(cut):
            raise CutImpossible(measure=self.code, cut_by=sorted(cut.dimensions - self.cuts))


def members(ids: Query) -> Drill:
    """Return the members whose ids a query gives: one row each."""
    return Drill((Rows(Member.objects.filter(pk__in=as_subquery(ids))),))


def receipts(scope: Scope) -> Drill:
    """Return the receipts of members in the period."""
    return Drill((Rows(receipts_in(scope)),))


def revenue(scope: Scope) -> Drill:
    """Return what members bought in the period and what they returned in it, by its worth."""
    return _worth(receipts_in(scope), returns_in(scope))


def revenue_of(scope: Scope, members: Query) -> Drill:
    """Return what these members bought in the period and returned in it, by its worth."""
    whose = as_subquery(members)
    return _worth(
        receipts_in(scope).filter(member__in=whose),
        returns_in(scope).filter(purchase__member__in=whose),
    )


def revenue_to_date(scope: Scope) -> Drill:
    """Return what members bought and returned up to the end of the period, by its worth."""
    bought = Purchase.objects.filter(business_on__lte=scope.as_of, member__isnull=False)
    returned = Return.objects.filter(business_on__lte=scope.as_of, purchase__member__isnull=False)
    return _worth(_cut(bought, scope), _cut(returned, scope))


def _worth(bought: QuerySet[Purchase], returned: QuerySet[Return]) -> Drill:
    lost = returned.annotate(effect=-F("total_cents"))
    return Drill((Rows(bought, "total_cents"), Rows(lost, "effect")))


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


def returns_in(scope: Scope) -> QuerySet[Return]:
    days = (scope.period.first, scope.period.last)
    mine = Return.objects.filter(business_on__range=days, purchase__member__isnull=False)
    return _cut(mine, scope)


def _cut(rows: QuerySet[_Row], scope: Scope) -> QuerySet[_Row]:
    if scope.cut.store_id is not None:
        rows = rows.filter(store=scope.cut.store_id)
    if scope.cut.channel is not None:
        rows = rows.filter(channel=scope.cut.channel)
    if members := cutting.whose(scope):
        member = "member__in" if rows.model is Purchase else "purchase__member__in"
        rows = rows.filter(**{member: as_subquery(members)})
    return rows
