"""Measures in words: what they are, what they were made of, what became of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from babel.dates import format_date
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_percent,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.figures import Direction, Figure, Unit
from analytics.keeping import Kept
from analytics.measuring import Measure
from analytics.periods import Period, PeriodKind
from loyalty.core import money
from loyalty.desk.home import words
from loyalty.desk.measures import charting, naming
from loyalty.desk.measures.charting import Drawn, Plot, Point
from loyalty.desk.measures.picking import label_of
from loyalty.desk.measures.series import Series, year_before
from loyalty.templatetags.look import locale

Value = Fraction | int
_HUNDRED, _TEN_THOUSAND = 100, 10_000
# What rounds to nothing has not moved.
_DIGIT = re.compile("[1-9]")
# What a difference of these is said in is what they are counted in themselves.
_SAID_PLAINLY = {Unit.SHARE, Unit.SCORE}


@dataclass(frozen=True)
class Change:
    """How a measure moved since another period: in words, and which way.

    `tone` is good or bad where one direction is better; nothing where it did not move.
    """

    period: str
    value: str
    words: str
    trend: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One period in the table beneath a chart."""

    label: str
    value: str
    numerator: str
    denominator: str
    year_before: str
    is_unfinished: bool
    period: Period


@dataclass(frozen=True)
class Told:
    """One measure as a page shows it. Without `chart` it cannot be told of the page's cut."""

    code: str
    name: str
    definition: str
    value: str
    numerator_name: str
    numerator: str
    denominator_name: str
    denominator: str
    before: Change
    year: Change
    columns: Sequence[tuple[str, str]]
    chart: Drawn | None
    rows: Sequence[Row]
    computed_at: datetime | None
    revised_at: datetime | None
    has_value: bool
    count: int
    has_year_line: bool
    has_bars: bool

    # Properties

    @property
    def is_told(self) -> bool:
        return self.computed_at is not None

    @property
    def is_unfinished(self) -> bool:
        return bool(self.rows) and self.rows[-1].is_unfinished


def tell(
    *,
    series: Series,
    plot: Plot = charting.SMALL,
    target: Value | None = None,
    names: Mapping[str, str] | None = None,
    marks: Sequence[date] = (),
) -> Told:
    """Return a measure in words, with its chart on a plot and, if there is one, its target.

    `names` are what codes of the merchant's are called, such as those of tiers; `marks` the days
    on which something was done for the target.
    """
    measure, now = series.measure, series.now
    figure = now.figure if now else Figure(None)
    say = _sayer(series)
    return Told(
        code=measure.code,
        name=str(measure.name),
        definition=str(measure.definition),
        value=say(figure.value, measure.unit),
        numerator_name=str(measure.numerator_name),
        numerator=say(figure.numerator, measure.numerator_unit),
        denominator_name=str(measure.denominator_name or ""),
        denominator=say(figure.denominator, measure.denominator_unit),
        before=_change(series, series.before, series.scope.previous),
        year=_change(series, series.year, year_before(series.scope)),
        columns=naming.columns_of(figure, say, names or {}),
        chart=draw(series=series, plot=plot, target=target, marks=marks) if now else None,
        rows=[_row(series, place) for place in range(len(series.spots))],
        computed_at=now.computed_at if now else None,
        revised_at=now.revised_at if now else None,
        has_value=figure.value is not None,
        count=_plural(figure.value or 0),
        has_year_line=any(spot.year_value is not None for spot in series.spots),
        has_bars=any(spot.value or spot.year_value for spot in series.spots),
    )


def draw(
    *, series: Series, plot: Plot, target: Value | None = None, marks: Sequence[date] = ()
) -> Drawn:
    """Return the bars of a measure's periods, oldest first."""
    unit = series.measure.unit
    points = [
        Point(
            label=short(spot.period),
            words=brief(spot.value, unit, series.scope.currency),
            value=spot.value,
            year_before=spot.year_value,
            is_unfinished=not spot.kept.is_finished,
            marks=count_within(marks, spot.period),
        )
        for spot in series.spots
    ]
    told = (
        ""
        if target is None
        else _("Goal: %(value)s") % {"value": say(target, unit, series.scope.currency)}
    )
    return charting.lay_out(points, plot=plot, target=target, target_words=told)


def count_within(days: Sequence[date], period: Period) -> int:
    return sum(period.first <= day <= period.last for day in days)


def say(value: Value | None, unit: Unit, currency: str) -> str:
    """Return a value with its unit, where its name does not say it: 42,3 %, 30 jours."""
    text = words.of_measure(value, unit, currency)
    if value is None:
        return text
    if unit == Unit.DAYS:
        return ngettext("%(count)s day", "%(count)s days", _plural(value)) % {"count": text}
    if unit == Unit.HOURS:
        return _("%(count)s h") % {"count": text}
    if unit == Unit.POINTS:
        return ngettext("%(count)s point", "%(count)s points", _plural(value)) % {"count": text}
    return text


def brief(value: Value | None, unit: Unit, currency: str) -> str:
    """Return a value as short as it stands above a bar: 42,3 %, 1 235 €, 12,3 k."""
    if value is None:
        return "–"
    if unit == Unit.MONEY:
        return _brief_amount(Fraction(value), currency)
    if unit != Unit.SHARE and abs(Fraction(value)) >= _TEN_THOUSAND:
        return str(format_compact_decimal(float(value), locale=locale(), fraction_digits=1))
    return words.of_measure(value, unit, currency)


def _brief_amount(cents: Fraction, currency: str) -> str:
    amount = cents / 10 ** money.places(currency=currency)
    if abs(amount) < _HUNDRED:
        return say(cents, Unit.MONEY, currency)
    if abs(amount) >= _TEN_THOUSAND:
        compact = format_compact_currency(
            float(amount), currency, locale=locale(), fraction_digits=1
        )
        return str(compact)
    whole = "#,##0\N{NO-BREAK SPACE}¤" if locale().language == "fr" else "¤#,##0"
    return str(
        format_currency(
            round(amount), currency, format=whole, locale=locale(), currency_digits=False
        )
    )


def short(period: Period) -> str:
    """Return what a period is called where there is little room: oct. 26, T4 2026."""
    if period.kind == PeriodKind.MONTH:
        return format_date(period.first, "MMM yy", locale=locale())
    if period.kind != PeriodKind.RANGE:
        return label_of(period)
    pattern = "d MMM yy"
    first = format_date(period.first, pattern, locale=locale())
    return f"{first} – {format_date(period.last, pattern, locale=locale())}"


def called(period: Period) -> str:
    """Return what a period is called in a line: oct. 2026, T4 2026. A year alone is no day."""
    if period.kind == PeriodKind.MONTH:
        return format_date(period.first, "MMM y", locale=locale())
    return short(period)


def say_change(value: Value, before: Value, measure: Measure) -> str:
    """Return by how much: percentage points of shares, scores as they are, else in percent."""
    sign = "+" if value > before else "−"
    difference = abs(Fraction(value) - Fraction(before))
    if measure.unit == Unit.SHARE:
        return f"{sign}{words.of_share_difference(difference)}"
    if measure.unit in _SAID_PLAINLY or before <= 0:
        unit = measure.unit if measure.unit == Unit.SCORE else Unit.NUMBER
        return f"{sign}{words.of_measure(difference, unit, '')}"
    share = difference / Fraction(before)
    return f"{sign}{_percent(share)}"


def _percent(share: Fraction) -> str:
    is_small = share < Fraction(1, 10)
    return words.of_share(share) if is_small else format_percent(float(share), locale=locale())


def _change(series: Series, past: Kept | None, period: Period) -> Change:
    measure, value = series.measure, series.value
    before = past.figure.value if past else None
    trend = trend_of(value, before)
    said = ""
    if value is not None and before is not None and value != before:
        said = say_change(value, before, measure)
        trend, said = (trend, said) if _DIGIT.search(said) else ("same", "")
    return Change(
        period="" if period.is_empty else called(period),
        value=_sayer(series)(before, measure.unit),
        words=said,
        trend=trend,
        tone=tone_of(trend, measure.direction),
    )


def tone_of(trend: str, direction: Direction) -> str:
    """Return whether a movement is good or bad; "" where it is neither."""
    if trend not in {"up", "down"} or direction == Direction.NEUTRAL:
        return ""
    return "good" if (trend == "down") == (direction == Direction.LOWER) else "bad"


def trend_of(value: Value | None, before: Value | None) -> str:
    if value is None or before is None:
        return "none"
    if value == before:
        return "same"
    return "up" if value > before else "down"


def _row(series: Series, place: int) -> Row:
    spot, measure, say = series.spots[place], series.measure, _sayer(series)
    figure = spot.kept.figure
    return Row(
        label=label_of(spot.period),
        value=say(figure.value, measure.unit),
        numerator=say(figure.numerator, measure.numerator_unit),
        denominator=say(figure.denominator, measure.denominator_unit),
        year_before=say(spot.year_value, measure.unit),
        is_unfinished=not spot.kept.is_finished,
        period=spot.period,
    )


def _sayer(series: Series) -> Callable[[Value | None, Unit], str]:
    return lambda value, unit: say(value, unit, series.scope.currency)


def _plural(value: Value) -> int:
    return int(value) if value == int(value) else 2
