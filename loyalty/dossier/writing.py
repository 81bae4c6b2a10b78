"""A dossier as files: one to read, one for programs, and a table for each section."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loyalty.core import formulas
from loyalty.dossier import dealings, opinions, people, profile, remarks, requests
from loyalty.dossier.sections import Section, Value
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members.models import Member

_IN_MEMORY = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """All that is held about one person at a moment, in the reader's language."""

    programme: str
    at: datetime
    sections: Sequence[Section]


def gather(*, member: Member, at: datetime) -> Dossier:
    """Read all that is held about a member, and about memberships merged into theirs.

    As many statements for two rows as for hundreds.
    """
    book = books.get_book()
    member = Member.objects.select_related("tier", "store", "user").get(pk=member.pk)
    told = _sections(member, at=at, book=book)
    for one in member.merged.select_related("tier", "store", "user").order_by("pk"):
        more = _sections(one, at=at, book=book)
        told = [_together(*pair) for pair in zip(told, more, strict=True)]
    return Dossier(programme=book.name, at=at, sections=told)


def _sections(member: Member, *, at: datetime, book: Rulebook) -> list[Section]:
    return [
        *people.sections(member=member),
        *dealings.sections(member=member, at=at, book=book),
        *profile.sections(member=member, currency=book.currency),
        *requests.sections(member=member, currency=book.currency),
        *remarks.sections(member=member),
        *opinions.sections(member=member),
    ]


def _together(one: Section, other: Section) -> Section:
    """Return one table of what is held of somebody and of a membership merged into theirs."""
    return replace(one, rows=[*one.rows, *other.rows])


def pack(*, dossier: Dossier) -> IO[bytes]:
    """Return a ZIP with what is there to read (HTML), for programs (JSON) and as tables (CSV)."""
    name = _("my-data")
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller's)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.html", to_html(dossier=dossier))
        archive.writestr(f"{name}.json", to_json(dossier=dossier))
        for section in dossier.sections:
            archive.writestr(f"csv/{section.code}.csv", to_csv(section=section))
    file.seek(0)
    return file


def to_json(*, dossier: Dossier) -> str:
    """Return every section by its code: moments in ISO 8601, amounts as decimal strings."""
    told = {
        section.code: [dict(zip(section.codes, row, strict=True)) for row in section.rows]
        for section in dossier.sections
    }
    said = {"programme": dossier.programme, "at": dossier.at.isoformat(), **told}
    return json.dumps(said, default=_plain, ensure_ascii=False, indent=2)


def to_csv(*, section: Section) -> bytes:
    """Return one section as a table that opens in a spreadsheet and runs nothing there."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(section.codes)
    writer.writerows([_cell(value) for value in row] for row in section.rows)
    # The mark lets spreadsheets read accents.
    return file.getvalue().encode("utf-8-sig")


def to_html(*, dossier: Dossier) -> str:
    """Return a page that can be read and printed without this site."""
    shown = [
        {
            "title": section.title,
            "headings": section.headings,
            **_shown(section),
        }
        for section in dossier.sections
    ]
    told = {"dossier": dossier, "sections": shown, "language": get_language() or "fr"}
    return render_to_string("dossier/dossier.html", told)


def _shown(section: Section) -> dict[str, Any]:
    """Return rows of words; where one row says who somebody is, a pair for each column."""
    rows = [[_in_words(value) for value in row] for row in section.rows]
    if section.code != "identity" or len(rows) != 1:
        return {"rows": rows}
    return {"pairs": list(zip(section.headings, rows[0], strict=True))}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return formulas.neutralised(value) if isinstance(value, str) else _plain(value)


def _in_words(value: Value) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return date_format(localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            return str(value)
