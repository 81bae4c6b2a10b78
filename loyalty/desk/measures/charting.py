"""Bars and lines of SVG: where each stands on a plot. Pure: words come ready.

The axis is at zero, wherever that is: what is below it hangs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Value = Fraction | int
# A column is never wider than a plot of this many would make it: one month alone is no wall.
_FEWEST = 6
_WORDS = 16
# How far above a bar its words reach.
_LINE = 26


@dataclass(frozen=True)
class Plot:
    """How much room there is: the plot's width, its first and last line, where labels stand."""

    width: int
    height: int
    top: int
    floor: int
    label_y: int


WIDE = Plot(width=720, height=240, top=28, floor=200, label_y=224)
SMALL = Plot(width=320, height=132, top=24, floor=104, label_y=124)


@dataclass(frozen=True)
class Point:
    """One period to draw: its words, its value, and that of a year before where there is one.

    `marks` is how many actions of the plan fall in it.
    """

    label: str
    words: str
    value: Value | None
    year_before: Value | None = None
    is_unfinished: bool = False
    marks: int = 0


@dataclass(frozen=True)
class Bar:
    """A bar with its words beside it and its period below; `line_y` is where a year before was."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    end: int
    words_y: int
    label: str
    words: str
    is_unfinished: bool
    is_current: bool
    line_y: int | None
    marks: int


@dataclass(frozen=True)
class Drawn:
    """Bars on a plot, where its axis is, and how far up a target is, if there is one."""

    plot: Plot
    bars: Sequence[Bar]
    axis_y: int
    target_y: int | None = None
    target_words: str = ""

    # Properties

    @property
    def edges(self) -> Sequence[Bar]:
        """The first and the last bar: those whose period is said where there is little room."""
        return [self.bars[0], self.bars[-1]] if len(self.bars) > 1 else self.bars


def lay_out(
    points: Sequence[Point],
    *,
    plot: Plot = WIDE,
    target: Value | None = None,
    target_words: str = "",
) -> Drawn:
    """Return a bar for each point; what is not available has no height."""
    told = [one for point in points for one in (point.value, point.year_before)]
    values = [Fraction(value) for value in [*told, target, 0] if value is not None]
    scale = _Scale(plot, low=min(values), high=max(values))
    step = plot.width // max(len(points), _FEWEST)
    # What is drawn stands at the right: the newest is where it always is.
    left = plot.width - step * len(points)
    bars = [
        _bar(point, left + place * step, step, scale, is_last=place == len(points) - 1)
        for place, point in enumerate(points)
    ]
    target_y = None if target is None else scale.y(target)
    return Drawn(plot, bars, scale.y(0), target_y, target_words)


@dataclass(frozen=True)
class _Scale:
    plot: Plot
    low: Fraction
    high: Fraction

    def y(self, value: Value) -> int:
        """Return how far down a value is; of nothing but zeros all are on the floor."""
        span = self.high - self.low
        if not span:
            return self.plot.floor
        share = (Fraction(value) - self.low) / span
        return self._lowest - round(share * (self._lowest - self.plot.top))

    # Properties

    @property
    def _lowest(self) -> int:
        """The floor, or as far above it as the words of a bar that hangs need."""
        return self.plot.floor - (_WORDS if self.low < 0 else 0)


def _bar(point: Point, x: int, step: int, scale: _Scale, *, is_last: bool) -> Bar:
    width = step * 2 // 3
    x += (step - width) // 2
    zero, end = scale.y(0), scale.y(point.value or 0)
    line = None if point.year_before is None else scale.y(point.year_before)
    is_below = (point.value or 0) < 0
    upper = min(zero, end)
    # Beside their own bar, unless the line is where they would stand.
    if line is not None and upper - _LINE < line < upper:
        upper = line
    return Bar(
        x=x,
        y=min(zero, end),
        width=width,
        height=abs(end - zero),
        middle=x + width // 2,
        end=x + width,
        words_y=max(zero, end) + _WORDS if is_below else upper - 8,
        label=point.label,
        words=point.words,
        is_unfinished=point.is_unfinished,
        is_current=is_last,
        line_y=line,
        marks=point.marks,
    )
