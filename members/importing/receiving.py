"""A file as it was uploaded: refused at once if it is no table, else kept as lines."""

import codecs
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from members.importing import sheets
from members.importing.sheets import NotATable, TooLarge
from members.importing.surveying import BadFile

MOST_BYTES = 50_000_000
MOST_SHEET_BYTES = 20_000_000
_BLOCK = 1 << 20
_ZIP = b"PK\x03\x04"
# What begins files that people take for tables: PDF, pictures, old Office, archives, pages.
_OTHERS = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf",
    b"Rar!", b"SQLite", b"<", b"{", b"[",
)  # fmt: skip
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class UnknownEncoding(BadFile):
    code = "unknown-encoding"
    title = _("The letters of this file cannot be read: save it as CSV in UTF-8.")


def receive(*, source: BinaryIO, size: int, path: Path) -> None:
    """Keep an upload under a path as lines that can be read, whatever it is called.

    CSV in UTF-8 or CP1252 is kept as it is; of an Excel workbook, the first sheet. Raises
    NotATable, TooLarge, UnknownEncoding; then nothing is kept.
    """
    head = source.read(_BLOCK)
    source.seek(0)
    is_sheet = head.startswith(_ZIP)
    if size > (MOST_SHEET_BYTES if is_sheet else MOST_BYTES):
        raise TooLarge
    try:
        if is_sheet:
            sheets.write_lines(source=source, path=path)
        else:
            _check(head)
            _copy(source, path)
    except BadFile:
        path.unlink(missing_ok=True)
        raise


def _check(head: bytes) -> None:
    bare = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(_MARKS):
        raise UnknownEncoding
    if not bare or bare.startswith(_OTHERS):
        raise NotATable
    # A NUL here and there spoils its line; every other byte is another encoding.
    if head.count(0) * 4 > len(head):
        raise UnknownEncoding


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as file:
        while block := source.read(_BLOCK):
            file.write(block)
