"""A first look at a file, from end to end, before a line of it is believed."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO, cast

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_DELIMITERS = ";,\t"


class BadFile(Refusal):
    """The file as a whole cannot be read. Nothing was written."""

    code = "bad-file"
    title = _("The file cannot be read.")


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a file is: its content's hash, encoding, delimiter, column names, lines."""

    path: Path
    content_hash: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    lines: int


def survey(*, path: Path) -> Survey:
    """Read a file once, to its end, in flat memory, and say what it is.

    CSV or gzipped CSV; UTF-8 with or without a mark, or else CP1252; columns separated by
    commas, semicolons or tabs. Raises BadFile: not there, not gzip, cut short, empty.
    """
    try:
        digest, encoding, lines = _read_through(path)
    except FileNotFoundError:
        raise BadFile(_("There is no file %(path)s.") % {"path": path}) from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadFile(_("%(path)s is not a whole gzip file.") % {"path": path}) from None
    except OSError as error:
        words = {"path": path, "why": error.strerror}
        raise BadFile(_("%(path)s cannot be opened: %(why)s.") % words) from None
    delimiter, columns = _read_header(path, encoding)
    return Survey(
        path=path,
        content_hash=digest,
        encoding=encoding,
        delimiter=delimiter,
        columns=columns,
        lines=lines,
    )


@contextmanager
def text_of(*, path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a file as text, gzipped or not, with the ends of its lines untouched."""
    with _open(path) as raw:
        yield io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP
    if is_gzip:
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix == ".gz":
        raise gzip.BadGzipFile
    return path.open("rb")


def _read_through(path: Path) -> tuple[str, str, int]:
    digest, lines = hashlib.sha256(), 0
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with _open(path) as raw:
        while block := raw.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
            is_utf8 = is_utf8 and _decodes(utf8, block)
    is_utf8 = is_utf8 and _decodes(utf8, b"", final=True)
    return digest.hexdigest(), "utf-8-sig" if is_utf8 else "cp1252", lines


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _read_header(path: Path, encoding: str) -> tuple[str, tuple[str, ...]]:
    with text_of(path=path, encoding=encoding) as text:
        first = next((line for line in text if line.strip()), "")
        if not first:
            raise BadFile(_("%(path)s is empty.") % {"path": path})
        delimiter = max(_DELIMITERS, key=_outside_quotes(first).count)
    try:
        columns = next(csv.reader([first], delimiter=delimiter))
    except csv.Error:
        # Its first line is longer than any name of a column.
        raise BadFile from None
    return delimiter, tuple(name.strip() for name in columns)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
