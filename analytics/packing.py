"""A figure as text and back again, exact to the last digit. Pure."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from analytics.figures import Column, Figure, Unit


def pack(figure: Figure) -> str:
    """Return a figure as text: numbers of any size, columns in their order."""
    told = {
        "value": _text(figure.value),
        "numerator": _text(figure.numerator),
        "denominator": _text(figure.denominator),
        "columns": [
            [name, _text(column.value), column.unit.value]
            for name, column in figure.columns.items()
        ],
        "drawn": {name: list(numbers) for name, numbers in figure.drawn.items()},
    }
    return json.dumps(told, separators=(",", ":"))


def unpack(text: str) -> Figure:
    """Return the figure that `pack` told."""
    told: Mapping[str, Any] = json.loads(text)
    columns = {name: Column(_number(value), Unit(unit)) for name, value, unit in told["columns"]}
    numerator, denominator = (_whole(told[name]) for name in ("numerator", "denominator"))
    drawn = {name: tuple(numbers) for name, numbers in told.get("drawn", {}).items()}
    return Figure(_number(told["value"]), numerator, denominator, columns, drawn)


def _text(number: Fraction | int | None) -> str | None:
    """A ratio is written with its bar, a whole number without: 4/1 is not 4."""
    if isinstance(number, Fraction):
        return f"{number.numerator}/{number.denominator}"
    return None if number is None else str(int(number))


def _number(text: str | None) -> Fraction | int | None:
    return Fraction(text) if text and "/" in text else _whole(text)


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)
