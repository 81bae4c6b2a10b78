"""A table as CSV, as a spreadsheet of the reader's language opens it."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO

from django.utils.translation import get_language

from loyalty.core.formulas import neutralised

Cell = str | int | float | Decimal | None


def write(*, head: Sequence[object], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV in the language in force. No words in it are run as a formula.

    In French with semicolons between cells and commas in numbers. What is no text is a number,
    exactly as it is: a sign begins no formula there. None is an empty cell.
    """
    is_french = (get_language() or "").startswith("fr")
    comma = "," if is_french else "."
    out = StringIO()
    writer = csv.writer(out, delimiter=";" if is_french else ",")
    writer.writerow([neutralised(str(title)) for title in head])
    writer.writerows([_text(cell, comma) for cell in row] for row in rows)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()


def _text(cell: Cell, comma: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return neutralised(cell)
    if isinstance(cell, int):
        return str(cell)
    # Never with an exponent, which is read as words.
    exact = cell if isinstance(cell, Decimal) else Decimal(repr(cell))
    return f"{exact:f}".replace(".", comma)
