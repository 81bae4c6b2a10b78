"""What a dossier is made of: tables of plain values, each column with a code and its words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise

Value = str | int | Decimal | bool | date | datetime | None
Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table. Codes of sections and columns never change; words are the reader's."""

    code: str
    title: Words
    columns: Sequence[tuple[str, Words]]
    rows: Sequence[Sequence[Value]]

    # Properties

    @property
    def codes(self) -> list[str]:
        return [code for code, _words in self.columns]

    @property
    def headings(self) -> list[str]:
        return [str(words) for _code, words in self.columns]


def table(
    code: str,
    title: Words,
    columns: Sequence[tuple[str, Words]],
    rows: Iterable[Sequence[Value]],
) -> Section:
    """Return a section of these rows."""
    return Section(code=code, title=title, columns=columns, rows=[tuple(row) for row in rows])
