"""Measures in words: what they are, what they were made of, what became of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from analytics.figures import Figure, Unit
from analytics.keeping import Kept
from analytics.periods import Period
from loyalty.desk.measures import charting, growing, naming, saying
from loyalty.desk.measures.charting import Drawn, Plot, Point
from loyalty.desk.measures.growing import Growth
from loyalty.desk.measures.picking import label_of
from loyalty.desk.measures.series import Series, Spot, year_before

Value = Fraction | int
# What rounds to nothing has not moved.
_DIGIT = re.compile("[1-9]")


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
    change: str
    is_unfinished: bool
    period: Period


@dataclass(frozen=True)
class Told:
    """One measure as a page shows it. Without `chart` it cannot be told of the page's cut.

    `has_parts` where what was counted is another number than the value.
    `about` is what a figure is of, `why` why there is none, `sector` what the sector has. Of what
    `is_total` a small chart draws what each period added.
    """

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
    revised_by: str
    has_value: bool
    count: int
    has_year_line: bool
    has_bars: bool
    is_total: bool
    has_numerator: bool
    has_parts: bool
    about: str = ""
    why: str = ""
    sector: str = ""

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

    `names` are what the merchant's codes, as those of tiers, are called; `marks` days of actions.
    """
    measure, now, say = series.measure, series.now, _sayer(series)
    figure, growth = now.figure if now else Figure(None), growing.get_growth(series)
    points = _of_growth(series, growth) if growth and plot is charting.SMALL else _points(series)
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
        chart=_draw(series, points, plot, target, marks) if now else None,
        rows=[_row(series, place, growth) for place in range(len(series.spots))],
        computed_at=now.computed_at if now else None,
        revised_at=now.revised_at if now else None,
        revised_by=now.revised_by if now else "",
        count=saying.plural_of(figure.value or 0),
        has_year_line=any(spot.year_value is not None for spot in series.spots),
        has_bars=any(point.value or point.year_before for point in points),
        is_total=bool(growth),
        has_value=figure.value is not None,
        has_numerator=figure.numerator is not None,
        has_parts=_has_parts(series),
    )


def _has_parts(series: Series) -> bool:
    """Say whether figures were made of another number: a plain count is its own numerator."""
    measure = series.measure
    return (
        measure.denominator_name is not None
        or measure.numerator_unit != measure.unit
        or any(spot.kept.figure.numerator != spot.value for spot in series.spots)
    )


def _draw(
    series: Series,
    points: Sequence[Point],
    plot: Plot,
    target: Value | None,
    marks: Sequence[date],
) -> Drawn:
    """Return the bars of a measure's periods, oldest first, with what was done in each."""
    told, unit = "", series.measure.unit
    if target is not None:
        said = saying.say(target, unit, series.scope.currency)
        told = _("Goal: %(value)s") % {"value": said}
    marked = [
        replace(point, marks=count_within(marks, spot.period))
        for point, spot in zip(points, series.spots, strict=True)
    ]
    return charting.lay_out(marked, plot=plot, target=target, target_words=told)


def _points(series: Series) -> list[Point]:
    return [_point(series, spot, spot.value, spot.year_value) for spot in series.spots]


def _of_growth(series: Series, growth: Sequence[Growth]) -> list[Point]:
    return [
        _point(series, spot, one.value, one.year_before)
        for spot, one in zip(series.spots, growth, strict=True)
    ]


def _point(series: Series, spot: Spot, value: Value | None, year: Value | None) -> Point:
    return Point(
        label=saying.short(spot.period),
        words=saying.brief(value, series.measure.unit, series.scope.currency),
        value=value,
        year_before=year,
        is_unfinished=not spot.kept.is_finished,
    )


def count_within(days: Sequence[date], period: Period) -> int:
    return sum(period.first <= day <= period.last for day in days)


def _change(series: Series, past: Kept | None, period: Period) -> Change:
    measure, value = series.measure, series.value
    before = past.figure.value if past else None
    trend = saying.trend_of(value, before)
    said = ""
    if value is not None and before is not None and value != before:
        said = (
            _signed(series, value - before)
            if growing.is_total(series)
            else saying.say_change(value, before, measure)
        )
        trend, said = (trend, said) if _DIGIT.search(said) else ("same", "")
    return Change(
        period="" if period.is_empty else saying.called(period),
        value=_sayer(series)(before, measure.unit),
        words=said,
        trend=trend,
        tone=saying.tone_of(trend, measure.direction),
    )


def _signed(series: Series, difference: Value | None) -> str:
    """Return by how much a total grew, with its sign and its unit."""
    if difference is None:
        return "–"
    said = saying.say(difference, series.measure.unit, series.scope.currency)
    return f"+{said}" if difference > 0 else said


def _row(series: Series, place: int, growth: Sequence[Growth]) -> Row:
    spot, measure, say = series.spots[place], series.measure, _sayer(series)
    figure = spot.kept.figure
    return Row(
        label=label_of(spot.period),
        value=say(figure.value, measure.unit),
        numerator=say(figure.numerator, measure.numerator_unit),
        denominator=say(figure.denominator, measure.denominator_unit),
        year_before=say(spot.year_value, measure.unit),
        change=_signed(series, growth[place].value) if growth else "",
        is_unfinished=not spot.kept.is_finished,
        period=spot.period,
    )


def _sayer(series: Series) -> Callable[[Value | None, Unit], str]:
    return lambda value, unit: saying.say(value, unit, series.scope.currency)
