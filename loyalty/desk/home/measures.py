"""A few measures of the last whole month, each beside the month before."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.contrib.auth.models import AnonymousUser
from django.utils.formats import date_format

from analytics import reporting, scopes
from analytics.figures import Direction
from analytics.periods import DAY, Period, month_start
from analytics.reporting import Line
from analytics.scopes import Scope
from loyalty.desk.home import words
from loyalty.identity.models import User

NEEDED = "analytics.view_membermonth"
_CODES = ("retention_rate", "repeat_purchase_rate", "redemption_rate", "average_basket")


@dataclass(frozen=True)
class Told:
    """One measure: what it is, what it was, whether that is good, and its definition."""

    code: str
    name: str
    definition: str
    value: str
    before: str
    trend: str
    is_good: bool


@dataclass(frozen=True)
class Board:
    """The measures of a month, by its name and that of the month they are compared with.

    `period` is the month as addresses of the measures' pages say it.
    """

    month: str
    month_before: str
    period: str
    measures: tuple[Told, ...]


def get_board(*, reader: User | AnonymousUser, at: datetime) -> Board | None:
    """Return the key measures from facts of whole months, or None for who may not read them."""
    if not reader.has_perm(NEEDED):
        return None
    today = scopes.get_scope(period=Period(at.date(), at.date()), at=at)
    last_day = month_start(today.today) - DAY
    now = replace(today, period=Period(month_start(last_day), last_day))
    before = replace(now, period=now.previous)
    pairs = zip(
        reporting.report(scope=now, codes=_CODES),
        reporting.report(scope=before, codes=_CODES),
        strict=True,
    )
    return Board(
        month=_month(now),
        month_before=_month(before),
        period=f"{now.period.first:%Y-%m}",
        measures=tuple(_told(line, past, now.currency) for line, past in pairs),
    )


def _told(line: Line, past: Line, currency: str) -> Told:
    measure, value, before = line.measure, line.figure.value, past.figure.value
    trend = _trend(value, before)
    better = "down" if measure.direction == Direction.LOWER else "up"
    return Told(
        code=measure.code,
        name=str(measure.name),
        definition=str(measure.definition),
        value=words.of_measure(value, measure.unit, currency),
        before=words.of_measure(before, measure.unit, currency),
        trend=trend,
        is_good=trend in {"same", better},
    )


def _trend(value: Fraction | int | None, before: Fraction | int | None) -> str:
    if value is None or before is None:
        return "none"
    if value == before:
        return "same"
    return "up" if value > before else "down"


def _month(scope: Scope) -> str:
    return date_format(scope.period.first, "YEAR_MONTH_FORMAT")
