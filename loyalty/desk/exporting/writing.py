"""A list as a file, row by row: whatever its length, a thousand rows are in memory."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.text import capfirst
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from loyalty.core.formulas import neutralised
from loyalty.desk.exporting.columns import Column, Value

# A sheet of a workbook ends there; the list goes on on the next.
MOST_ROWS = 1_048_575
_PIECE = 500
_IN_MEMORY = 5_000_000


def headings(columns: Sequence[Column], *, language: str, has_codes: bool) -> list[str]:
    """Return the first line: codes for machines, or words in the reader's language."""
    if has_codes:
        return [column.code for column in columns]
    with translation.override(language):
        return [capfirst(str(column.title)) for column in columns]


def stream_csv(
    rows: Iterable[Any],
    *,
    columns: Sequence[Column],
    zone: ZoneInfo,
    language: str,
    has_codes: bool,
) -> Iterator[str]:
    """Give a list as CSV, a piece at a time, as the reader's spreadsheet opens it.

    With codes it is for machines: commas between columns, points in numbers.
    """
    is_french = language.startswith("fr") and not has_codes
    delimiter, comma = (";", ",") if is_french else (",", ".")
    yield "\N{ZERO WIDTH NO-BREAK SPACE}"
    first = headings(columns, language=language, has_codes=has_codes)
    piece: list[list[str]] = [[neutralised(title) for title in first]]
    for row in rows:
        piece.append([_text(column.of(row), zone, comma) for column in columns])
        if len(piece) == _PIECE:
            yield _lines(piece, delimiter)
            piece = []
    if piece:
        yield _lines(piece, delimiter)


def write_xlsx(
    rows: Iterable[Any],
    *,
    columns: Sequence[Column],
    zone: ZoneInfo,
    language: str,
    has_codes: bool,
) -> IO[bytes]:
    """Write a list as a workbook to a file of no name, and return it from its beginning."""
    book = Workbook(write_only=True)
    first = headings(columns, language=language, has_codes=has_codes)
    sheet: Any = None
    for number, row in enumerate(rows):
        if number % MOST_ROWS == 0:
            sheet = _sheet(book, first)
        sheet.append([_cell(column.of(row), zone) for column in columns])
    if sheet is None:
        _sheet(book, first)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _sheet(book: Workbook, first: Sequence[str]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    titles = [WriteOnlyCell(sheet, value=title) for title in first]
    for title in titles:
        title.font = Font(bold=True)
    sheet.append(titles)
    return sheet


def _lines(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue()


def _text(value: Value, zone: ZoneInfo, comma: str) -> str:
    """Return a value as CSV says it. Figures are figures; only words can be formulas."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value).replace(".", comma)
    return neutralised(value or "")


def _cell(value: Value, zone: ZoneInfo) -> Value:
    """Return a value as a workbook keeps it: it knows days and moments, but no zones."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(microsecond=0)
        # The hour that comes twice a year says which of the two it is, in words.
        is_twice = local.replace(fold=0).astimezone(UTC) != local.replace(fold=1).astimezone(UTC)
        return local.isoformat() if is_twice else local.replace(tzinfo=None)
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", neutralised(value)) or None
    return value
