"""Bars as lines of SVG: where each stands on a plot 720 wide. Pure: words come ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, HEIGHT, FLOOR, TOP = 720, 240, 200, 28


@dataclass(frozen=True)
class Point:
    """One period to draw: its words, its value, and that of a year before where there is one."""

    label: str
    words: str
    value: Fraction | int | None
    year_before: Fraction | int | None = None
    is_unfinished: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar with its words above and its period below; `line_y` is where the year before was."""

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


def lay_out(points: Sequence[Point]) -> list[Bar]:
    """Return a bar for each point, the axis at zero; what is not available has no height."""
    if not points:
        return []
    step = WIDTH // len(points)
    values = [point.value or 0 for point in points] + [point.year_before or 0 for point in points]
    highest = max(values) or 1
    return [
        _bar(point, place, step=step, highest=highest, is_last=place == len(points) - 1)
        for place, point in enumerate(points)
    ]


def _bar(point: Point, place: int, *, step: int, highest: Fraction | int, is_last: bool) -> Bar:
    height = _height(point.value, highest)
    before = _height(point.year_before, highest)
    width = step * 2 // 3
    x = place * step + (step - width) // 2
    return Bar(
        x=x,
        y=FLOOR - height,
        width=width,
        height=height,
        middle=x + width // 2,
        end=x + width,
        words_y=FLOOR - max(height, before) - 8,
        label=point.label,
        words=point.words,
        is_unfinished=point.is_unfinished,
        is_current=is_last,
        line_y=None if point.year_before is None else FLOOR - before,
    )


def _height(value: Fraction | int | None, highest: Fraction | int) -> int:
    return round(Fraction(value or 0) / Fraction(highest) * (FLOOR - TOP))
