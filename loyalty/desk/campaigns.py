"""Campaigns as the desk tells them: what each has cost, whom it reached, who is held out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from babel.dates import format_date
from django.db.models import Count, QuerySet, Sum

from analytics import effects
from analytics.effects import Shares
from analytics.periods import Period
from loyalty.core import zones
from loyalty.programmes import books, money, phrases
from loyalty.programmes.models import Campaign, Goal, MemberCount, Rule
from loyalty.programmes.rulebook import Rulebook

_MOST = 100
_AN_INSTANT = timedelta(microseconds=1)
_MONTHS = 12


class State(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True)
class Told:
    """One campaign: its figures in points, what they cost in cents, and its twelve months."""

    pk: int
    code: str
    name: str
    state: State
    first: date
    last: date
    goal: str
    target: int
    reached: int
    reach: int
    awards: int
    used: int
    budget: int | None
    cost_cents: int
    holdout_percent: int
    audience: str
    months: Sequence[bool]

    # Properties

    @property
    def left(self) -> int | None:
        return None if self.budget is None else max(0, self.budget - self.used)


@dataclass(frozen=True)
class Page:
    """The campaigns, the newest first, beside the months of the calendar."""

    campaigns: Sequence[Told]
    months: Sequence[str]
    currency: str


def get_page(*, at: datetime) -> Page:
    """Return what is told of the latest campaigns, in four statements however many there are."""
    book = books.get_book()
    months = list(_months(book.business_day(at)))
    rows = _campaigns().order_by("-starts_at", "-pk")[:_MOST]
    return Page(_tell(list(rows), book, months, at=at), _called(months), book.currency)


def get_one(*, pk: int, at: datetime) -> tuple[Told, Sequence[Rule]] | None:
    """Return one campaign with its rules, or None."""
    row = _campaigns().filter(pk=pk).first()
    if row is None:
        return None
    book = books.get_book()
    told = _tell([row], book, list(_months(book.business_day(at))), at=at)[0]
    rules = Rule.objects.filter(campaign=row).select_related("budget_use").order_by("code")
    return told, list(rules)


def get_shares(told: Told, *, at: datetime) -> Shares:
    """Return what members of a campaign's audience spent in its days, on either side."""
    days = Period(told.first, told.last)
    row = Campaign.objects.select_related("audience").get(pk=told.pk)
    return effects.get_shares(campaign=row, days=days, at=at)


def _tell(
    rows: Sequence[Campaign], book: Rulebook, months: Sequence[date], *, at: datetime
) -> list[Told]:
    reached = _get_reached(rows)
    return [_one(row, book, months, reached.get(row.pk, (0, 0)), at=at) for row in rows]


def _one(
    row: Campaign,
    book: Rulebook,
    months: Sequence[date],
    reached: tuple[int, int],
    *,
    at: datetime,
) -> Told:
    use = getattr(row, "budget_use", None)
    used = use.points if use else 0
    reach, awards = reached
    first = book.business_day(row.starts_at)
    last = book.business_day(row.ends_at - _AN_INSTANT)
    cents = used * book.value_of_point.scaleb(money.places(currency=book.currency))
    return Told(
        pk=row.pk,
        code=row.code,
        name=str(row),
        state=_state(row, at),
        first=first,
        last=last,
        goal=str(Goal(row.goal).label),
        target=row.target,
        reached=reach if row.goal == Goal.REACH else awards,
        reach=reach,
        awards=awards,
        used=used,
        budget=book.budget_of(row),
        cost_cents=int(cents),
        holdout_percent=row.holdout_percent,
        audience=str(row.audience or ""),
        months=[
            first < zones.add_months(day=month, months=1) and last >= month for month in months
        ],
    )


def _state(row: Campaign, at: datetime) -> State:
    if at < row.starts_at:
        return State.PLANNED
    return State.RUNNING if at < row.ends_at else State.OVER


def _get_reached(rows: Sequence[Campaign]) -> Mapping[int, tuple[int, int]]:
    """Return how many members got something of each campaign, and how often, in one statement."""
    counts = MemberCount.objects.filter(
        rule__campaign__in=[row.pk for row in rows], window="ever", times__gt=0
    )
    found = (
        counts.order_by()
        .values("rule__campaign")
        .annotate(members=Count("holder", distinct=True), awards=Sum("times"))
    )
    return {one["rule__campaign"]: (one["members"], one["awards"]) for one in found}


def _campaigns() -> QuerySet[Campaign]:
    return Campaign.objects.select_related("budget_use", "audience")


def _called(months: Sequence[date]) -> list[str]:
    """Return months as the reader shortens them, with the year where one begins."""
    locale = phrases.locale_of_reader()
    return [
        format_date(month, "MMM" if month.month > 1 else "MMM yyyy", locale=locale)
        for month in months
    ]


def _months(today: date) -> Iterator[date]:
    """Yield the first days of twelve months: two before this one, and those that follow."""
    first = zones.add_months(day=today.replace(day=1), months=-2)
    for number in range(_MONTHS):
        yield zones.add_months(day=first, months=number)
