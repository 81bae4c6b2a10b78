"""Totals since the first day only ever grow: what each period added says more."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from analytics.periods import Period
from loyalty.desk.measures.series import Series

Value = Fraction | int
# Everybody who ever bought or enrolled, every point that is owed.
_TOTALS = frozenset({"rfm", "loyalty_funnel", "tier_distribution", "points_flow"})


@dataclass(frozen=True)
class Growth:
    """By how much a total grew in a period, and in the same one a year before, where known."""

    value: Value | None
    year_before: Value | None


def is_total(series: Series) -> bool:
    return series.measure.code in _TOTALS


def get_growth(series: Series) -> list[Growth]:
    """Return by how much a total grew in each of its periods; nothing of what is no total."""
    if not is_total(series):
        return []
    spots = series.spots
    values = [_before(series), *(spot.value for spot in spots)]
    years = [None, *(spot.year_value for spot in spots)]
    return [
        Growth(_difference(*values[place : place + 2]), _difference(*years[place : place + 2]))
        for place in range(len(spots))
    ]


def _before(series: Series) -> Value | None:
    """Return the total before the first period that is drawn, as some year before knows it.

    Where fewer periods are drawn than there is room for, there was nothing before.
    """
    if not series.is_full:
        return 0
    wanted = series.spots[0].period.previous(today=date.max)
    known = (one.year_value for one in series.spots if _year_before(one.period) == wanted)
    return next(known, None)


def _year_before(period: Period) -> Period:
    return period.year_before(today=date.max)


def _difference(before: Value | None, after: Value | None) -> Value | None:
    return None if before is None or after is None else after - before
