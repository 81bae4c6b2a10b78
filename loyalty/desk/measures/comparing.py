"""The key measures side by side: a row for each store, and one for each channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics import keeping, slicing
from analytics.keeping import Asked, Kept
from analytics.measures.registry import get_measures
from analytics.measuring import Measure
from analytics.scopes import Cut, Dimension
from analytics.slicing import Choice
from loyalty.core import spreadsheets
from loyalty.desk.measures import breaking, filing, saying
from loyalty.desk.measures.reading import Reading

KEYS = (
    *("retention_rate", "repeat_purchase_rate", "purchase_frequency", "average_basket"),
    *("participation_rate", "enrolments", "active_members", "lost_members", "nps"),
)
# More rows are no table to look at.
MOST = 40


@dataclass(frozen=True)
class Cell:
    """One measure of one row: its value, how it moved, and where there is more about it."""

    name: str
    value: str
    exact: spreadsheets.Cell
    trend: str
    tone: str
    code: str
    query: str


@dataclass(frozen=True)
class Row:
    label: str
    query: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Comparison:
    """Rows of one dimension under the same heads."""

    dimension: Dimension
    name: str
    heads: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class _Line:
    label: str
    query: str
    cut: Cut


def get_comparisons(*, read: Reading) -> list[Comparison]:
    """Return the stores, and the channels, of a period; what is cut by already is no table."""
    planned = {
        dimension: _lines(dimension, read)
        for dimension in (Dimension.STORE, Dimension.CHANNEL)
        if dimension not in read.scope.cut.dimensions or not read.picked.offer.may_go(dimension)
    }
    measures = {dimension: _measures(dimension, read) for dimension in planned}
    asked = [
        one
        for dimension, lines in planned.items()
        for measure in measures[dimension]
        for line in lines
        for one in _asked(measure, line, read)
    ]
    found = keeping.get(asked=asked, at=read.at, seen=read.scope)
    return [
        Comparison(
            dimension,
            str(slicing.NAMES[dimension]),
            [str(measure.name) for measure in measures[dimension]],
            [_row(line, measures[dimension], read, found) for line in lines],
        )
        for dimension, lines in planned.items()
        if lines
    ]


def write_csv(comparison: Comparison) -> str:
    """Return rows side by side as CSV: exact values, without where they were before."""
    return spreadsheets.write(
        head=[comparison.name, *comparison.heads],
        rows=([row.label, *(cell.exact for cell in row.cells)] for row in comparison.rows),
    )


def _measures(dimension: Dimension, read: Reading) -> list[Measure]:
    known = get_measures()
    wanted = [known[code] for code in KEYS if code in known]
    cut_by = read.scope.cut.dimensions | {dimension}
    return [measure for measure in wanted if cut_by <= measure.cuts]


def _lines(dimension: Dimension, read: Reading) -> list[_Line]:
    choices: Iterable[Choice] = read.picked.offer.choices_of(dimension)[:MOST]
    return [
        _Line(
            choice.label,
            read.picked.query_with(**{dimension.value: choice.value}),
            breaking.cut_by(dimension, choice, read),
        )
        for choice in choices
    ]


def _asked(measure: Measure, line: _Line, read: Reading) -> list[Asked]:
    periods = [read.scope.period, read.scope.previous]
    return [Asked(measure.code, period, line.cut) for period in periods if not period.is_empty]


def _row(
    line: _Line, measures: Sequence[Measure], read: Reading, found: Mapping[Asked, Kept]
) -> Row:
    return Row(line.label, line.query, [_cell(line, one, read, found) for one in measures])


def _cell(line: _Line, measure: Measure, read: Reading, found: Mapping[Asked, Kept]) -> Cell:
    now = found[Asked(measure.code, read.scope.period, line.cut)].figure.value
    past = found.get(Asked(measure.code, read.scope.previous, line.cut))
    trend = saying.trend_of(now, past.figure.value if past else None)
    return Cell(
        name=str(measure.name),
        value=saying.say(now, measure.unit, read.scope.currency),
        exact=filing.exact(now, measure.unit, read.scope.currency),
        trend=trend,
        tone=saying.tone_of(trend, measure.direction),
        code=measure.code,
        query=line.query,
    )
