"""A measure of a period, beside what it is compared with, and over the periods before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from analytics import keeping
from analytics.keeping import Asked, Kept
from analytics.measuring import Measure
from analytics.periods import Period, PeriodKind
from analytics.scopes import Scope

_BARS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8, PeriodKind.HALF: 6, PeriodKind.YEAR: 5}
# How many periods make a year: that many bars earlier is the thin line.
_LAGS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.HALF: 2}
# Days that make no period of the calendar are read one by one: themselves and the ones before.
_BARS_OF_DAYS = 2


@dataclass(frozen=True)
class Spot:
    """What a measure was in one period, and in the same one a year before, where that is drawn."""

    period: Period
    kept: Kept
    year_before: Kept | None

    # Properties

    @property
    def value(self) -> Fraction | int | None:
        return self.kept.figure.value

    @property
    def year_value(self) -> Fraction | int | None:
        return self.year_before.figure.value if self.year_before else None


@dataclass(frozen=True)
class Series:
    """A measure now, in the period before and in the year before, each of as many days.

    `now` is None where the measure cannot be told of what the page is cut by; then there is
    nothing else either.
    """

    measure: Measure
    scope: Scope
    now: Kept | None
    before: Kept | None
    year: Kept | None
    spots: Sequence[Spot]

    # Properties

    @property
    def value(self) -> Fraction | int | None:
        return None if self.now is None else self.now.figure.value

    @property
    def is_full(self) -> bool:
        """As many periods are drawn as there is room for: there may have been some before."""
        return len(self.spots) == _BARS.get(self.scope.period.kind, _BARS_OF_DAYS)


def get_series(*, measures: Iterable[Measure], scope: Scope) -> list[Series]:
    """Return each measure of a scope. All figures are asked for together."""
    measures = list(measures)
    asked = ask(measures=measures, scope=scope)
    return tell(
        measures=measures,
        scope=scope,
        found=keeping.get(asked=asked, at=scope.at, seen=scope),
    )


def ask(*, measures: Iterable[Measure], scope: Scope) -> list[Asked]:
    """Return what has to be known to tell these measures."""
    drawn = _spread(_drawn(scope))
    periods = dict.fromkeys([scope.period, scope.previous, year_before(scope), *drawn])
    return [
        Asked(measure.code, period, scope.cut)
        for measure in measures
        if measure.allows(scope.cut)
        for period in periods
        if not period.is_empty
    ]


def tell(
    *, measures: Iterable[Measure], scope: Scope, found: Mapping[Asked, Kept]
) -> list[Series]:
    """Return each measure of a scope, of what was found."""
    drawn = _drawn(scope)
    return [_series(measure, scope, drawn, found) for measure in measures]


def year_before(scope: Scope) -> Period:
    """Return the same days a year before: of an unfinished period, as many as have begun."""
    return scope.period.year_before(today=scope.today)


def _series(
    measure: Measure,
    scope: Scope,
    drawn: Sequence[tuple[Period, Period | None]],
    found: Mapping[Asked, Kept],
) -> Series:
    def of(period: Period | None) -> Kept | None:
        return None if period is None else found.get(Asked(measure.code, period, scope.cut))

    spots = [Spot(period, kept, of(earlier)) for period, earlier in drawn if (kept := of(period))]
    return Series(
        measure=measure,
        scope=scope,
        now=of(scope.period),
        before=of(scope.previous),
        year=of(year_before(scope)),
        spots=_from_the_first(spots),
    )


def _drawn(scope: Scope) -> list[tuple[Period, Period | None]]:
    """Return the periods that are drawn, oldest first, each with that of a year before.

    Of one that is not over, as many days of a year before.
    """
    lag = _LAGS.get(scope.period.kind, 0)
    bars = _BARS.get(scope.period.kind, _BARS_OF_DAYS)
    periods = [scope.period]
    while len(periods) < bars + lag:
        periods.insert(0, periods[0].previous(today=date.max))
    earlier: list[Period | None] = [*periods[:-lag]] if lag else [None] * bars
    if lag and not scope.is_finished:
        earlier[-1] = year_before(scope)
    return list(zip(periods[lag:], earlier, strict=True))


def _spread(drawn: Iterable[tuple[Period, Period | None]]) -> list[Period]:
    return [period for pair in drawn for period in pair if period is not None]


def _from_the_first(spots: Sequence[Spot]) -> Sequence[Spot]:
    """Leave out what was before there was anything to count; the last one always stays."""
    for place, spot in enumerate(spots):
        if spot.value or spot.year_value:
            return spots[place:]
    return spots[-1:]
