"""What a measure answers: an exact value, what it was computed from, and in which units. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class Unit(StrEnum):
    """What a number counts. MONEY is integer cents until it is shown."""

    SHARE = "SHARE"
    NUMBER = "NUMBER"
    MEMBERS = "MEMBERS"
    RECEIPTS = "RECEIPTS"
    DAYS = "DAYS"
    POINTS = "POINTS"
    MONEY = "MONEY"
    HOURS = "HOURS"
    SCORE = "SCORE"
    REDEMPTIONS = "REDEMPTIONS"
    ANSWERS = "ANSWERS"
    CASES = "CASES"


class Direction(StrEnum):
    HIGHER = "HIGHER"
    LOWER = "LOWER"
    NEUTRAL = "NEUTRAL"


@dataclass(frozen=True, slots=True)
class Column:
    """A second figure shown beside the first."""

    value: Fraction | int | None
    unit: Unit


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's answer. Without a value it is not available, which is not zero.

    `drawn` is what its picture needs beside it: lists of whole numbers, told to nobody as figures.
    """

    value: Fraction | int | None
    numerator: int | None = None
    denominator: int | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)
    drawn: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False)


def ratio(numerator: int, denominator: int, columns: Mapping[str, Column] | None = None) -> Figure:
    """Return numerator ÷ denominator, exact; not available over nothing."""
    return Figure(share_of(numerator, denominator), numerator, denominator, columns or {})


def tally(counted: int, columns: Mapping[str, Column] | None = None) -> Figure:
    """Return a plain count: its own numerator, over nothing."""
    return Figure(counted, counted, None, columns or {})


def share_of(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def median(histogram: Mapping[int, int]) -> Fraction | None:
    """Return the middle value of numbers given as value → how many; of two middles, the mean."""
    size = sum(histogram.values())
    if not size:
        return None
    low, high = _at(histogram, (size - 1) // 2), _at(histogram, size // 2)
    return Fraction(low + high, 2)


def _at(histogram: Mapping[int, int], place: int) -> int:
    for value in sorted(histogram):
        place -= histogram[value]
        if place < 0:
            return value
    raise IndexError(place)
