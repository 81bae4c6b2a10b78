"""A workbook's first sheet as the lines of a file: one row, one line, with its number."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import IO, BinaryIO

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.packaging.manifest import Manifest
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import ARC_CONTENT_TYPES, WORKSHEET_TYPE
from openpyxl.xml.functions import fromstring

from members.importing.surveying import BadFile

MOST_COLUMNS = 200
MOST_UNPACKED = 400_000_000
# The sheet itself is read row by row; every other part, its words among them, as a whole.
MOST_WORDS = 50_000_000
# The longest run without a tag: a cell holds 32,767 characters, however they are written.
_MOST_TEXT = 1_000_000
_BLOCK = 1 << 16
_SHEETS = "xl/worksheets/"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What reading a damaged or a forged workbook raises, whatever is wrong with it.
_DAMAGE = (
    *(InvalidFileException, KeyError, ValueError, IndexError, SyntaxError, OSError, TypeError),
    *(AttributeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error),
)


class NotATable(BadFile):
    code = "not-a-table"
    title = _("This is not a table: choose a CSV file or an Excel workbook (.xlsx).")


class TooLarge(BadFile):
    code = "too-large"
    title = _("The file is too large: up to 50 MB, or 20 MB for a workbook.")


def write_lines(*, source: BinaryIO, path: Path) -> None:
    """Write the first sheet of a workbook as CSV, row by row, in flat memory.

    Of a formula, its last result; a moment as ISO 8601 says it, a bare day at midnight. The
    line has the number of its row. Raises NotATable, TooLarge.
    """
    try:
        _check_parts(source)
        book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in rows:
                writer.writerow(_trimmed(row))
        book.close()
    except _DAMAGE as error:
        raise NotATable from error


def _check_parts(source: BinaryIO) -> None:
    """Refuse what would not fit once unpacked: as the archive says, and then as it is.

    Every part is unpacked once, block by block and thrown away, before any of it is
    believed: one that lies about its size or its checksum is damaged.
    """
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooLarge
        sheets = _sheets_of(archive)
        if any(part.file_size > MOST_WORDS for part in parts if part.filename not in sheets):
            raise TooLarge
        for part in parts:
            if part.compress_type not in _PACKINGS:
                raise NotATable
            with archive.open(part) as unpacked:
                _check_text(unpacked)
    source.seek(0, io.SEEK_SET)


def _sheets_of(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the parts that are sheets by their place and by what the archive says they are."""
    listing = archive.getinfo(ARC_CONTENT_TYPES)
    if listing.file_size > _MOST_TEXT:
        raise TooLarge
    types = Manifest.from_tree(fromstring(archive.read(listing)))
    said = [(kind.PartName.lstrip("/"), kind.ContentType) for kind in types.Override]
    sheets = {name for name, kind in said if kind == WORKSHEET_TYPE and name.startswith(_SHEETS)}
    # One that is said to be something else as well would be read as that, whole.
    return frozenset(sheets - {name for name, kind in said if kind != WORKSHEET_TYPE})


def _check_text(unpacked: IO[bytes]) -> None:
    """Read a part to its end; refuse one whose words between two tags no cell can hold."""
    run = 0
    while block := unpacked.read(_BLOCK):
        head, tag, rest = block.partition(b"<")
        if run + len(head) > _MOST_TEXT:
            raise TooLarge
        run = len(rest.rpartition(b"<")[2]) if tag else run + len(head)


def _trimmed(row: Iterable[object]) -> list[str]:
    cells = [_said(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _said(value: object) -> str:
    """Return a cell on one line, so that rows and lines are numbered alike."""
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, float):
        # What a spreadsheet keeps of a number, and shows: fifteen digits.
        return format(value, ".15g")
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else " ".join(str(value).split())
