"""The rows of a surveyed file, one at a time, each with the line it starts on."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from loyalty.core.formulas import plain
from members.importing.surveying import Survey, text_of


@dataclass(frozen=True)
class RawRow:
    """One row as written: where it starts, and the text of each field that was mapped."""

    line: int
    values: Mapping[str, str]


class LineRefused(ValueError):
    """One line cannot be taken: a stable code, and words for who corrects the file."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True)
class LineError:
    """What was wrong with which physical line of a file. The first line is 1."""

    line: int
    code: str
    detail: str


def rows_of(
    *, survey: Survey, columns: Mapping[str, str], after: int = 0
) -> Iterator[RawRow | LineError]:
    """Yield every row that starts after a line. Blank lines are passed over, but counted.

    `columns` says which column holds which field. A quoted value may hold ends of lines:
    the row's line is the physical one on which it starts.
    """
    places = {field: survey.columns.index(column) for field, column in columns.items()}
    with text_of(path=survey.path, encoding=survey.encoding) as text:
        reader = csv.reader(text, delimiter=survey.delimiter)
        is_header = True
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield LineError(line, "unreadable", str(error))
                continue
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if is_header:
                is_header = False
                continue
            if line > after:
                yield _row(line, cells, places, width=len(survey.columns))


def _row(
    line: int, cells: list[str], places: Mapping[str, int], *, width: int
) -> RawRow | LineError:
    if any(cell.strip() for cell in cells[width:]):
        detail = _("%(values)d values for %(width)d columns.") % {
            "values": len(cells),
            "width": width,
        }
        return LineError(line, "too-many-values", detail)
    values = {
        field: plain(cells[place].strip()) if place < len(cells) else ""
        for field, place in places.items()
    }
    for value in values.values():
        if "\0" in value or "\ufffd" in value:
            return LineError(line, "bad-character", _("It holds an unreadable character."))
    return RawRow(line, values)
