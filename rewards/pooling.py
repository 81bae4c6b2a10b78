"""Codes that somebody else made: brought in from a file, and given one by one."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.core import engines
from loyalty.core.refusals import Refusal
from members import codes
from members.importing.journal import Report
from members.importing.reading import LineError
from members.models import Voucher
from members.vouchering import Code
from rewards.models import PoolCode, VoucherPool

MOST_BYTES = 5_000_000
_CHUNK = 1_000
_DELIMITERS = ";,\t"
_HEADERS = frozenset({"code", "codes", "voucher", "vouchers", "bon", "bons"})

_T = TypeVar("_T")


class BadCodesFile(Refusal):
    """The file as a whole cannot be read. Nothing was written."""

    code = "bad-codes-file"
    title = gettext_lazy("The file cannot be read: a list of codes, one a line, of at most 5 MB.")


@dataclass(frozen=True)
class _Line:
    number: int
    code: Code


@dataclass
class _Upload:
    """What was read so far: each code with the line on which it came first."""

    pool: VoucherPool
    report: Report = field(default_factory=Report)
    seen: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def add_codes(*, pool: VoucherPool, content: bytes, is_dry_run: bool = False) -> Report:
    """Add the codes of a file to a pool and say what happened to each line.

    One code a line, in the first column; a heading is passed over. A code that the pool has
    is known, so that the same file twice changes nothing. Refused with its line: what comes
    twice, is in another pool, was given before, or cannot be a code. A dry run says the same
    and writes nothing. Raises BadCodesFile.
    """
    # Uploads wait for one another: a code belongs to one pool.
    list(VoucherPool.objects.select_for_update(no_key=True).order_by("pk"))
    upload = _Upload(pool)
    for chunk in _chunks(_read(content), _CHUNK):
        new = _sort_out(chunk, upload)
        upload.report.added += len(new)
        if not is_dry_run:
            PoolCode.objects.bulk_create(
                PoolCode(pool=pool, code=code.folded, printed=code.printed) for code in new
            )
    return upload.report


def draw(*, pool_id: int, at: datetime) -> Code | None:
    """Take the next free code of a pool for good, or None where there is none.

    Call it in a transaction. Of two at once each gets another: what one has locked, the
    other passes over.
    """
    free = PoolCode.objects.free().filter(pool=pool_id).order_by("pk")
    row = next(iter(engines.lock_skipping(free)[:1]), None)
    if row is None:
        return None
    PoolCode.objects.filter(pk=row.pk).update(given_at=at)
    return Code(folded=row.code, printed=row.printed)


def _sort_out(chunk: Sequence[_Line | LineError], upload: _Upload) -> list[Code]:
    """Count each line as new, known or refused, and return the new ones."""
    asked = [line.code.folded for line in chunk if isinstance(line, _Line)]
    owners = dict(PoolCode.objects.filter(code__in=asked).values_list("code", "pool_id"))
    given = set(Voucher.objects.filter(code__in=asked).values_list("code", flat=True))
    new: list[Code] = []
    for line in chunk:
        upload.report.lines += 1
        if isinstance(line, LineError):
            upload.report.refuse(line)
        elif error := _why_not(line, upload, owners=owners, given=given):
            upload.report.refuse(error)
        elif line.code.folded in owners:
            upload.report.known += 1
        else:
            new.append(line.code)
        if isinstance(line, _Line):
            upload.seen.setdefault(line.code.folded, line.number)
    return new


def _why_not(
    line: _Line, upload: _Upload, *, owners: Mapping[str, int], given: set[str]
) -> LineError | None:
    folded = line.code.folded
    if folded in upload.seen:
        detail = _("The same code as on line %(line)d.") % {"line": upload.seen[folded]}
        return LineError(line.number, "twice-in-file", detail)
    if folded in owners:
        if owners[folded] == upload.pool.pk:
            return None
        return LineError(line.number, "in-another-pool", _("Another pool has this code."))
    if folded in given:
        return LineError(line.number, "already-a-voucher", _("A voucher with this code exists."))
    return None


def _read(content: bytes) -> Iterator[_Line | LineError]:
    lines = _text(content).splitlines()
    header = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    is_first = True
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, delimiter)
        if not any(cells):
            continue
        if is_first and cells[0].casefold() in _HEADERS:
            is_first = False
            continue
        is_first = False
        yield _line(number, cells)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        # Longer than any value of a table: no code either.
        return [line]


def _line(number: int, cells: Sequence[str]) -> _Line | LineError:
    if any(cells[1:]):
        return LineError(number, "too-many-values", _("More than one value on the line."))
    folded = codes.fold(cells[0])
    if folded is None or len(cells[0]) > codes.LONGEST:
        detail = _("Not a code: 4 to 40 plain characters.")
        return LineError(number, "bad-code", detail)
    return _Line(number, Code(folded=folded, printed=cells[0]))


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES or b"\0" in content or not content.strip():
        raise BadCodesFile
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _chunks(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
