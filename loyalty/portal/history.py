"""A member's movements: filtered by the address, a page at a time, or all of them as a file."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from loyalty.core import formulas, zones
from loyalty.portal import movements
from loyalty.portal.movements import Row
from loyalty.programmes.rulebook import Rulebook
from members import statements, stating
from members.models import Member
from members.statements import Flow
from members.stating import Statement

_SIZE, _CHUNK = 20, 200
FLOWS: dict[Flow, Promise] = {
    Flow.ALL: pgettext_lazy("movements", "All"),
    Flow.EARNED: pgettext_lazy("movements", "Earned"),
    Flow.USED: pgettext_lazy("movements", "Used"),
    Flow.EXPIRED: pgettext_lazy("movements", "Expired"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for. Whatever it says that is not known is left out."""

    flow: Flow = Flow.ALL
    year: int | None = None
    after: str | None = None

    @property
    def query(self) -> str:
        """Return it as an address says it."""
        said = {
            "show": "" if self.flow is Flow.ALL else self.flow.value,
            "year": str(self.year or ""),
            "after": self.after or "",
        }
        return urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One filter: its words, the address' query that sets it, and whether it is set."""

    words: str
    query: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class History:
    """The page: rows, the filters, and the query of the rows before; None at the end."""

    rows: Sequence[Row]
    flows: Sequence[Chip]
    years: Sequence[Chip]
    is_filtered: bool
    is_first: bool
    older: str | None
    year: int | None


def read(
    *, show: str, year: str, after: str, member: Member, at: datetime, book: Rulebook
) -> Asked:
    """Return what an address asks for, of what this member can be shown."""
    known = {flow.value: flow for flow in FLOWS}
    years = {str(one): one for one in _years(member, at=at, book=book)}
    return Asked(flow=known.get(show, Flow.ALL), year=years.get(year), after=after or None)


def get_history(*, asked: Asked, member: Member, at: datetime, book: Rulebook) -> History:
    """Return a page of movements. Six statements however many rows; raises InvalidCursor."""
    since, until = _bounds(asked.year, book)
    statement = statements.get_statement(
        member=member,
        account=statements.get_account(member=member, book=book),
        at=at,
        book=book,
        flow=asked.flow,
        since=since,
        until=until,
        cursor=asked.after,
        limit=_SIZE,
    )
    following = statement.next_cursor
    return History(
        rows=movements.get_rows(statement=statement, member=member, book=book),
        flows=_flows(asked),
        years=_chips(asked, _years(member, at=at, book=book)),
        is_filtered=asked.flow is not Flow.ALL or asked.year is not None,
        is_first=asked.after is None,
        older=Asked(flow=asked.flow, year=asked.year, after=following).query
        if following
        else None,
        year=asked.year,
    )


def _years(member: Member, *, at: datetime, book: Rulebook) -> list[int]:
    first, last = book.business_day(member.enrolled_at).year, book.business_day(at).year
    return list(range(last, min(first, last) - 1, -1))


def _bounds(year: int | None, book: Rulebook) -> tuple[datetime | None, datetime | None]:
    if year is None:
        return None, None
    first, following = date(year, 1, 1), date(year + 1, 1, 1)
    return (
        zones.start_of_day(day=first, zone=book.zone),
        zones.start_of_day(day=following, zone=book.zone),
    )


def _flows(asked: Asked) -> list[Chip]:
    return [
        Chip(
            words=str(words),
            query=Asked(flow=flow, year=asked.year).query,
            is_on=flow is asked.flow,
        )
        for flow, words in FLOWS.items()
    ]


def _chips(asked: Asked, years: Sequence[int]) -> list[Chip]:
    """Return the years as filters; one that is set is unset by choosing it again."""
    if len(years) < 2:
        return []
    return [
        Chip(
            words=str(year),
            query=Asked(flow=asked.flow, year=None if year == asked.year else year).query,
            is_on=year == asked.year,
        )
        for year in years
    ]


def get_statement(
    *, first: str, last: str, member: Member, at: datetime, book: Rulebook
) -> Statement:
    """Return the statement of the days that an address asks for."""
    since, until = stating.read_days(
        first=first,
        last=last,
        joined=book.business_day(member.enrolled_at),
        today=book.business_day(at),
    )
    account = statements.get_account(member=member, book=book)
    return stating.get_statement(account=account, first=since, last=until, at=at, book=book)


def stream(*, member: Member, at: datetime, book: Rulebook, language: str) -> Iterator[str]:
    """Write all movements as CSV, newest first, a few hundred at a time.

    As a spreadsheet of that language reads it; no cell is run as a formula.
    """
    cursor: str | None = None
    account = statements.get_account(member=member, book=book)
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _lines([], language, with_head=True)
    while True:
        # One piece at a time: between pieces this thread is somebody else's.
        with translation.override(language):
            page = statements.get_statement(
                member=member, account=account, at=at, book=book, cursor=cursor, limit=_CHUNK
            )
            rows = movements.get_rows(statement=page, member=member, book=book)
            piece = _lines([_cells(row, book) for row in rows], language)
        yield piece
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _cells(row: Row, book: Rulebook) -> list[str | int]:
    why = "; ".join(f"{part.name}: {part.points}" for part in row.parts)
    happened = row.purchase or row.returned
    receipt = happened.receipt if happened else ""
    return [
        book.business_day(row.at).isoformat(),
        formulas.neutralised(row.words),
        formulas.neutralised(row.where),
        0 if row.is_waiting else row.figure,
        row.pending,
        row.balance,
        formulas.neutralised(receipt),
        formulas.neutralised(why),
    ]


def _lines(rows: list[list[str | int]], language: str, *, with_head: bool = False) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if language.startswith("fr") else ",")
    if with_head:
        with translation.override(language):
            writer.writerow(
                [
                    _("Date"),
                    _("Movement"),
                    _("Store"),
                    _("Points"),
                    _("Pending points"),
                    _("Balance"),
                    _("Receipt"),
                    _("Why"),
                ]
            )
    writer.writerows(rows)
    return written.getvalue()
