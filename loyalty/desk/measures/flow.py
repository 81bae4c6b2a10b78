"""The flow of points over the last periods: what came in above, what went out below."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.figures import Figure
from analytics.points import Flow
from loyalty.desk.home import words
from loyalty.desk.measures import naming, saying
from loyalty.desk.measures.series import Series, Spot

_WIDTH, _HEIGHT, _TOP = 720, 220, 12
_IN = (Flow.ISSUED, Flow.REFUNDED)
_OUT = (Flow.REDEEMED, Flow.EXPIRED, Flow.CLAWED_BACK)
_ALWAYS = frozenset({Flow.ISSUED, Flow.REDEEMED, Flow.EXPIRED})
_FEWEST = 6
# Which colour each line of the roll-forward has.
_FILLS = {
    Flow.ISSUED: 1, Flow.REFUNDED: 4, Flow.REDEEMED: 3, Flow.EXPIRED: 2, Flow.CLAWED_BACK: 6,
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A part of a bar: where it is, and the number of its colour."""

    x: int
    y: int
    width: int
    height: int
    fill: int


@dataclass(frozen=True)
class Drawn:
    """Bars above and below the axis, the periods beneath them, and all of it as a table.

    Each cell of a row comes with its head, which a phone shows beside it.
    """

    pieces: Sequence[Piece]
    labels: Sequence[tuple[int, str]]
    axis_y: int
    legend: Sequence[tuple[int, str]]
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[str, str]]]]


def draw(series: Series) -> Drawn | None:
    """Return the flow of a series of `points_flow`; None of a programme in which none moved."""
    figures = [spot.kept.figure for spot in series.spots]
    above = max((_sum(figure, _IN) for figure in figures), default=0)
    below = max((_sum(figure, _OUT) for figure in figures), default=0)
    if not above + below:
        return None
    scale = _Scale(above, below)
    step = _WIDTH // max(len(figures), _FEWEST)
    left = _WIDTH - step * len(figures)
    lines = ["opening", *(line.value for line in Flow if _is_told(line, figures)), "closing"]
    heads = [naming.column_of(line) for line in lines]
    return Drawn(
        pieces=[
            piece
            for place, figure in enumerate(figures)
            for piece in scale.pieces(figure, left + place * step + step // 6, step * 2 // 3)
        ],
        labels=[
            (left + place * step + step // 2, saying.short(spot.period))
            for place, spot in enumerate(series.spots)
        ],
        axis_y=scale.axis_y,
        legend=[
            (fill, naming.column_of(line.value))
            for line, fill in _FILLS.items()
            if line.value in lines
        ],
        heads=heads,
        rows=[
            (saying.called(spot.period), list(zip(heads, _told(spot, lines), strict=True)))
            for spot in reversed(series.spots)
        ],
    )


@dataclass(frozen=True)
class _Scale:
    above: int
    below: int

    @property
    def axis_y(self) -> int:
        return _TOP + self._height(self.above)

    def pieces(self, figure: Figure, x: int, width: int) -> list[Piece]:
        """Return what came in, up from the axis, and what went out, down from it."""
        found, y = [], self.axis_y
        for line in _IN:
            height = self._height(_of(figure, line))
            y -= height
            found.append(Piece(x, y, width, height, _FILLS[line]))
        y = self.axis_y
        for line in _OUT:
            height = self._height(_of(figure, line))
            found.append(Piece(x, y, width, height, _FILLS[line]))
            y += height
        return [piece for piece in found if piece.height]

    def _height(self, points: int) -> int:
        return round(points * (_HEIGHT - _TOP) / (self.above + self.below))


def _of(figure: Figure, line: str) -> int:
    column = figure.columns.get(line)
    return int(column.value or 0) if column else 0


def _sum(figure: Figure, lines: Sequence[Flow]) -> int:
    return sum(_of(figure, line) for line in lines)


def _is_told(line: Flow, figures: Sequence[Figure]) -> bool:
    """A line by which no point ever moved says nothing, unless it is one that everybody knows."""
    return line in _ALWAYS or any(_of(figure, line) for figure in figures)


def _told(spot: Spot, lines: Sequence[str]) -> list[str]:
    return [_say(spot.kept.figure, line) for line in lines]


def _say(figure: Figure, line: str) -> str:
    return words.of_number(_of(figure, line)).replace("-", "\N{MINUS SIGN}")
