"""What is uploaded: a workbook becomes lines, and what is no table is refused."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from members.importing import receiving, sheets
from members.importing.surveying import BadFile

# As a workbook has it: it knows no zones.
DAY = datetime(2026, 1, 31)  # noqa: DTZ001


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def receive(content: bytes, path: Path, *, size: int | None = None) -> None:
    receiving.receive(source=io.BytesIO(content), size=size or len(content), path=path)


class TestReceive:
    def test_keeps_csv_as_it_is(self, tmp_path: Path):
        content = "\ufeffnom;\x00prénom\r\n".encode()

        receive(content, tmp_path / "kept")

        assert (tmp_path / "kept").read_bytes() == content

    def test_makes_lines_of_a_workbook_each_with_the_number_of_its_row(self, tmp_path: Path):
        receive(
            workbook(
                ["member", "date", "amount", "seen"],
                ["c1", DAY, 13.8, DAY.replace(hour=10, minute=15)],
                [],
                ["two\nlines", time(9), 2000000000121, True],
            ),
            tmp_path / "kept",
        )

        assert (tmp_path / "kept").read_text(encoding="utf-8").split("\n") == [
            "member,date,amount,seen",
            "c1,2026-01-31,13.8,2026-01-31 10:15:00",
            "",
            "two lines,09:00:00,2000000000121,1",
            "",
        ]

    def test_reads_what_a_formula_came_to_and_never_the_formula(self, tmp_path: Path):
        receive(workbook(["amount", "name"], ["=1+1", "Ada"]), tmp_path / "kept")

        # Nobody has computed it: there is no result, and the formula is not text.
        assert (tmp_path / "kept").read_text(encoding="utf-8") == "amount,name\n,Ada\n"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "not-a-table"),
            (b"  \r\n", "not-a-table"),
            (b"%PDF-1.7", "not-a-table"),
            (b"\x89PNG\r\n", "not-a-table"),
            (b"\xd0\xcf\x11\xe0old excel", "not-a-table"),
            (b"<html>", "not-a-table"),
            (b"PK\x03\x04 broken", "not-a-table"),
            ("nom;prénom\n".encode("utf-16"), "unknown-encoding"),
            ("nom;prénom\n".encode("utf-16-le"), "unknown-encoding"),
        ],
    )
    def test_refuses_what_is_no_table_and_keeps_nothing(
        self, tmp_path: Path, content: bytes, code: str
    ):
        with pytest.raises(BadFile) as refused:
            receive(content, tmp_path / "kept")

        assert refused.value.code == code
        assert list(tmp_path.iterdir()) == []

    def test_refuses_an_archive_that_is_no_workbook(self, tmp_path: Path):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            archive.writestr("letter.txt", "hello")

        with pytest.raises(sheets.NotATable):
            receive(written.getvalue(), tmp_path / "kept")

    def test_refuses_what_is_too_large_packed_or_not(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        with pytest.raises(sheets.TooLarge):
            receive(b"a;b\n", tmp_path / "kept", size=receiving.MOST_BYTES + 1)
        with pytest.raises(sheets.TooLarge):
            receive(workbook(["a"]), tmp_path / "kept", size=receiving.MOST_SHEET_BYTES + 1)
        monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
        with pytest.raises(sheets.TooLarge):
            receive(workbook(["a"]), tmp_path / "kept")
        assert list(tmp_path.iterdir()) == []


WORDS = "xl/sharedStrings.xml"
_BLOCK = b"<si><t>" + b"a" * 1_000 + b"</t></si>"


def forged(*, part: str, blocks: int, block: bytes = _BLOCK, packing: int = 8) -> bytes:
    """Return a workbook one part of which is replaced by so many blocks."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["mail"], ["ada@shop.test"]))) as book,
        zipfile.ZipFile(written, "w") as archive,
    ):
        for name in book.namelist():
            if name != part:
                archive.writestr(name, book.read(name))
        entry = zipfile.ZipInfo(part)
        entry.compress_type = packing
        with archive.open(entry, "w") as opened:
            opened.write(b"<sst>")
            for _n in range(blocks // 100 or 1):
                opened.write(block * min(blocks, 100))
            opened.write(b"</sst>")
    return written.getvalue()


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes that some work held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestAForgedWorkbook:
    def refused(self, refusal: type[BadFile], content: bytes, path: Path) -> int:
        def work() -> None:
            with pytest.raises(refusal):
                receive(content, path)

        peak = peak_of(work)
        assert path.exists() is False
        return peak

    def test_with_a_wrong_checksum_is_refused(self, tmp_path: Path):
        content = bytearray(forged(part=WORDS, blocks=1, packing=zipfile.ZIP_STORED))
        content[content.index(b"aaaa")] = ord("b")

        self.refused(sheets.NotATable, bytes(content), tmp_path / "kept")

    def test_with_a_broken_stream_is_refused(self, tmp_path: Path):
        content = bytearray(workbook(["mail"], ["ada@shop.test"]))
        start = content.index(b"xl/worksheets/sheet1.xml") + 40
        content[start : start + 20] = b"\xff" * 20

        self.refused(sheets.NotATable, bytes(content), tmp_path / "kept")

    @pytest.mark.parametrize("blocks", [52_000, 410_000])
    def test_that_unpacks_to_a_bomb_of_words_is_refused_before_memory_is_eaten(
        self, tmp_path: Path, blocks: int
    ):
        content = forged(part=WORDS, blocks=blocks)
        assert len(content) < receiving.MOST_SHEET_BYTES

        assert self.refused(sheets.TooLarge, content, tmp_path / "kept") < 10_000_000

    def test_that_lies_about_its_size_is_refused_before_memory_is_eaten(self, tmp_path: Path):
        content = forged(part=WORDS, blocks=60_000)
        said = len("<sst></sst>") + 60_000 * len(_BLOCK)
        lying = content.replace(struct.pack("<L", said), struct.pack("<L", 1_000))
        assert lying != content

        assert self.refused(sheets.NotATable, lying, tmp_path / "kept") < 10_000_000

    def test_with_a_cell_that_no_sheet_holds_is_refused(self, tmp_path: Path):
        content = forged(part=WORDS, blocks=1, block=b"a" * 2_000_000)

        self.refused(sheets.TooLarge, content, tmp_path / "kept")

    def test_that_is_packed_in_another_way_is_refused(self, tmp_path: Path):
        content = forged(part=WORDS, blocks=1, packing=zipfile.ZIP_LZMA)

        self.refused(sheets.NotATable, content, tmp_path / "kept")
