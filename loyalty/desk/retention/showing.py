"""What the page of retention shows: key figures, who comes back over time, cohorts, all measures.

From facts alone: no purchase is read for a whole month, quarter or year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from babel.dates import format_date
from django.utils.formats import date_format

from analytics import cohorts, reporting, scopes
from analytics.figures import Direction
from analytics.periods import DAY, Period, PeriodKind, month_start
from analytics.reporting import Line
from analytics.scopes import Scope
from loyalty.desk.home import words
from loyalty.desk.retention import charting
from loyalty.desk.retention.charting import Bar, Point
from loyalty.desk.retention.picking import Picked, label_of
from loyalty.templatetags.look import locale

KEYS = (
    "retention_rate", "repeat_purchase_rate", "purchase_frequency", "average_basket",
)  # fmt: skip
_DRAWN = ("retention_rate", "repeat_purchase_rate")
_BARS = 12
# How many periods make a year: that many bars earlier is the thin line.
_LAGS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4}
_COHORTS, _MONTHS = 12, 11
_TINTS = 10


@dataclass(frozen=True)
class Told:
    """One measure in words: its value, what it was made of, and what it was before."""

    code: str
    name: str
    definition: str
    value: str
    over: str
    before: str
    trend: str
    is_good: bool


@dataclass(frozen=True)
class Chart:
    """One measure over the last periods of the same kind, oldest first."""

    code: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Cell:
    """The share of a cohort that bought in a month, and how strongly it is tinted."""

    words: str
    buyers: int
    tint: int
    is_unfinished: bool


@dataclass(frozen=True)
class Cohort:
    """Members first seen in one month, and those of them who bought in each month since."""

    month: date
    label: str
    size: int
    cells: Sequence[Cell | None]


@dataclass(frozen=True)
class Shown:
    """The whole page. `is_finished` says whether the period is over."""

    keys: Sequence[Told]
    measures: Sequence[Told]
    charts: Sequence[Chart]
    cohorts: Sequence[Cohort]
    months: Sequence[int]
    before: str
    is_finished: bool


def get_shown(*, picked: Picked, at: datetime) -> Shown:
    """Return the page of a period and a store. Raises books.ProgrammeMissing."""
    scope = scopes.get_scope(period=picked.period, at=at, cut=picked.cut)
    told = get_measures(scope=scope)
    rows = get_cohorts(scope=scope)
    return Shown(
        keys=[one for code in KEYS for one in told if one.code == code],
        measures=told,
        charts=[_chart(code, scope) for code in _DRAWN],
        cohorts=rows,
        months=range(1, max((len(row.cells) for row in rows), default=0) + 1),
        before=label_of(scope.previous),
        is_finished=scope.is_finished,
    )


def get_measures(*, scope: Scope) -> list[Told]:
    """Return every measure of a period beside the period before."""
    past = replace(scope, period=scope.previous)
    pairs = zip(reporting.report(scope=scope), reporting.report(scope=past), strict=True)
    return [_told(line, before, scope.currency) for line, before in pairs]


def get_cohorts(*, scope: Scope) -> list[Cohort]:
    """Return the last cohorts up to the period's end, the newest last, month 1 and on."""
    table = cohorts.get_cohorts(scope=scope)
    months = sorted(table)[-_COHORTS:]
    shares = [
        Fraction(buyers, table[month][0])
        for month in months
        for buyers in table[month][1 : _MONTHS + 1]
        if table[month][0]
    ]
    highest = max(shares, default=Fraction(1)) or Fraction(1)
    is_over = month_start(scope.as_of + DAY) != month_start(scope.as_of)
    return [
        _cohort(month, table[month], highest=highest, is_over=is_over and scope.is_finished)
        for month in months
    ]


def _cohort(month: date, buyers: Sequence[int], *, highest: Fraction, is_over: bool) -> Cohort:
    size, since = buyers[0], buyers[1 : _MONTHS + 1]
    newest = len(buyers) - 1
    cells = [
        _cell(count, size, highest, is_unfinished=not is_over and place == newest)
        for place, count in enumerate(since, start=1)
    ]
    return Cohort(month, date_format(month, "YEAR_MONTH_FORMAT"), size, cells)


def _cell(buyers: int, size: int, highest: Fraction, *, is_unfinished: bool) -> Cell | None:
    if not size:
        return None
    share = Fraction(buyers, size)
    tint = round(share / highest * _TINTS)
    return Cell(words.of_share(share), buyers, tint, is_unfinished)


def _chart(code: str, scope: Scope) -> Chart:
    lag = _LAGS.get(scope.period.kind, 0)
    periods = [scope.period]
    while len(periods) < _BARS + lag:
        periods.insert(0, periods[0].previous(today=date.max))
    values = [_value(code, replace(scope, period=period)) for period in periods]
    points = [
        Point(
            label=_short(period),
            words=words.of_share(value) if value is not None else "–",
            value=value,
            year_before=values[place] if lag else None,
            is_unfinished=not period.is_finished(today=scope.today),
        )
        for place, (period, value) in enumerate(zip(periods[lag:], values[lag:], strict=True))
    ]
    return Chart(code, charting.lay_out(points))


def _value(code: str, scope: Scope) -> Fraction | int | None:
    [line] = reporting.report(scope=scope, codes=[code])
    return line.figure.value


def _short(period: Period) -> str:
    if period.kind != PeriodKind.MONTH:
        return label_of(period)
    return format_date(period.first, "MMM yy", locale=locale())


def _told(line: Line, past: Line, currency: str) -> Told:
    measure, value, before = line.measure, line.figure.value, past.figure.value
    trend = _trend(value, before)
    better = "down" if measure.direction == Direction.LOWER else "up"
    return Told(
        code=measure.code,
        name=str(measure.name),
        definition=str(measure.definition),
        value=words.of_measure(value, measure.unit, currency),
        over=reporting.over(line, currency),
        before=words.of_measure(before, measure.unit, currency),
        trend=trend,
        is_good=measure.direction == Direction.NEUTRAL or trend in {"same", "none", better},
    )


def _trend(value: Fraction | int | None, before: Fraction | int | None) -> str:
    if value is None or before is None:
        return "none"
    if value == before:
        return "same"
    return "up" if value > before else "down"
