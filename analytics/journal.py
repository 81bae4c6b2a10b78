"""What an accountant books of points: how deferred revenue moved in months that are over.

A sale that gives points is in part a promise (IFRS 15, B39-B41): points defer revenue when they
are issued, which is earned when they are redeemed, or when they lapse; what is expected never to
be asked for is earned in proportion (B44-B47), here as a part of what lies in lots. All goes by
when it was written down, so that a month that is over is booked the same whenever it is asked for,
and opens with what the month before closed with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import freshness, liabilities, vintages
from analytics.liabilities import nearest
from analytics.models import MoneySettings
from analytics.periods import DAY, Period, month_end, month_start
from analytics.scopes import Scope
from analytics.vintages import Change, Vintage
from loyalty.core import zones
from loyalty.core.refusals import Refusal


class JournalNotDue(Refusal):
    code = "journal-not-due"
    status = 400
    title = _("The journal is of whole months that are over.")


class JournalNotCounted(Refusal):
    code = "journal-not-counted"
    status = 409
    title = _("The month is over, and the night counts it. Ask again tomorrow.")


class What(StrEnum):
    """The lines of a journal, in its order."""

    ISSUED = "issued"
    TAKEN_BACK = "taken_back"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"
    ESTIMATE = "estimate"


LABELS = {
    What.ISSUED: _("Points issued"),
    What.TAKEN_BACK: _("Points taken back"),
    What.REDEEMED: _("Points redeemed, less given back"),
    What.LAPSED: _("Points that lapsed"),
    What.ESTIMATE: _("Value of a point and expected breakage"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One booking: so many cents from the debited account to the credited one, never negative."""

    what: What
    points: int
    debit: str
    credit: str
    cents: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What was owed at a moment: points in lots, what each was worth, and the breakage."""

    points: int
    cents_each: Fraction
    breakage: Fraction | None

    # Properties

    @property
    def cents(self) -> int:
        return nearest(self.points * self.cents_each * (1 - (self.breakage or 0)))


@dataclass(frozen=True, slots=True)
class Journal:
    """Opening, the lines that lead from it, and closing: to the point, and to the cent.

    `unwritten` are points in the closing that had run out by then, and were written down later or
    not yet: by so many the liability of that day is less.
    """

    period: Period
    opening: Balance
    lines: Sequence[Line]
    closing: Balance
    accounts: MoneySettings = field(compare=False)
    unwritten: int = field(default=0, compare=False)


def get_journal(*, scope: Scope) -> Journal:
    """Return the journal of the whole months of a scope.

    Raises JournalNotDue, or JournalNotCounted until they are counted to their last day.
    """
    period = scope.period
    is_whole = period.first.day == 1 and period.last == month_end(period.last)
    if not (is_whole and scope.is_finished):
        raise JournalNotDue
    if not freshness.read(scope).is_settled(scope):
        raise JournalNotCounted
    found = vintages.get_recorded(wallet_id=scope.wallet_id, until=period.last)
    currency = scope.currency
    opening = _balance(
        found, until=month_start(period.first - DAY), at=scope.start_at, currency=currency
    )
    end_at = zones.end_of_day(day=period.last, zone=scope.zone)
    closing = _balance(found, until=month_start(period.last), at=end_at, currency=currency)
    moved = vintages.total(_within(found, period))
    accounts = MoneySettings.objects.first() or MoneySettings()
    lines = tuple(_lines(moved, opening, closing, accounts))
    return Journal(period, opening, lines, closing, accounts, _get_unwritten(scope, found))


def _get_unwritten(scope: Scope, found: Sequence[Vintage]) -> int:
    """Return the points that had lapsed by the end of a scope, and were not written down by it."""
    lapsed, written = (
        sum(vintages.total(one.changes.values()).lapsed for one in some)
        for some in (vintages.get_vintages(scope), found)
    )
    return lapsed - written


def _balance(found: Sequence[Vintage], *, until: date, at: datetime, currency: str) -> Balance:
    before = [Vintage(one.month, _up_to(one, until)) for one in found if one.month <= until]
    estimated = liabilities.estimate(before, until=until)
    return Balance(
        points=sum(vintages.total(one.changes.values()).left for one in before),
        cents_each=liabilities.get_cents_per_point(at=at, currency=currency),
        breakage=estimated.share if estimated else None,
    )


def _up_to(vintage: Vintage, until: date) -> dict[date, Change]:
    return {month: change for month, change in vintage.changes.items() if month <= until}


def _within(found: Sequence[Vintage], period: Period) -> Iterator[Change]:
    for vintage in found:
        for month, change in vintage.changes.items():
            if period.first <= month <= period.last:
                yield change


def _lines(
    moved: Change, opening: Balance, closing: Balance, accounts: MoneySettings
) -> Iterator[Line]:
    """Yield what moved at the value of a point at the end; last, what only its worth changed."""
    sales, lapsed = accounts.sales_account, accounts.breakage_account
    told = (
        (What.ISSUED, moved.issued, sales),
        (What.TAKEN_BACK, -moved.taken_back, sales),
        (What.REDEEMED, -moved.redeemed, sales),
        (What.LAPSED, -moved.lapsed, lapsed),
    )
    left = closing.cents - opening.cents
    for what, points, other in told:
        cents = nearest(points * closing.cents_each)
        left -= cents
        if points:
            yield _line(what, points, cents, other, accounts)
    if left:
        yield _line(What.ESTIMATE, 0, left, lapsed, accounts)


def _line(what: What, points: int, cents: int, other: str, accounts: MoneySettings) -> Line:
    """Book what is owed more against another account, or the other way round if it is less."""
    deferred = accounts.deferred_account
    debit, credit = (other, deferred) if cents > 0 else (deferred, other)
    return Line(what, points, debit, credit, abs(cents))
