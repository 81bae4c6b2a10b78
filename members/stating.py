"""A member's statement of some days: what there was, all that happened, what there was then.

By effect: the days of a statement are those on which things were true, whenever they were
booked, and what has fallen due is in it whether or not a night has written it down.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from loyalty.core import formulas, zones
from loyalty.ledger import statements as ledger
from loyalty.ledger.models import Account
from loyalty.ledger.statements import Happening, Standing
from loyalty.programmes.rulebook import Rulebook
from members import explaining

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened: by how much it changed what there is, and the balance then."""

    day: date
    words: str
    reference: str
    points: int
    pending: int
    held: int
    balance: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The days from the first to the last, both included."""

    first: date
    last: date
    opening: Standing
    lines: Sequence[Line]
    closing: Standing


def get_statement(
    *, account: Account | None, first: date, last: date, at: datetime, book: Rulebook
) -> Statement:
    """Return the statement of some business days, of those not over until now.

    The closing of one is the opening of the next. Five statements, two more where something is
    due.
    """
    if account is None:
        return Statement(first=first, last=last, opening=Standing(), lines=(), closing=Standing())
    since, until = bounds(first=first, last=last, at=at, book=book)
    found = ledger.get_statement(account=account, since=since, until=until)
    lines = list(_lines(found.opening.balance, found.happenings, book))
    return Statement(
        first=first, last=last, opening=found.opening, lines=lines, closing=found.closing
    )


def bounds(*, first: date, last: date, at: datetime, book: Rulebook) -> tuple[datetime, datetime]:
    """Return the instants at which business days begin and end, at the latest just after now."""
    now = at + _INSTANT
    return (
        min(zones.start_of_day(day=first, zone=book.zone), now),
        min(zones.end_of_day(day=last, zone=book.zone), now),
    )


def read_days(*, first: str, last: str, joined: date, today: date) -> tuple[date, date]:
    """Return the days that an address asks for, else this month so far.

    They begin when the member joined at the earliest, and end today at the latest.
    """
    try:
        since, until = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        since, until = today.replace(day=1), today
    since, until = max(since, min(joined, today)), min(until, today)
    return (since, until) if since <= until else (today.replace(day=1), today)


def as_csv(*, statement: Statement, language: str) -> str:
    """Return a statement as a spreadsheet of that language reads it; no cell is a formula."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if language.startswith("fr") else ",")
    with translation.override(language):
        writer.writerow(
            [_("Date"), _("Movement"), _("Points"), _("Pending points"), _("Reserved points"),
             _("Balance"), _("Reference")]
        )  # fmt: skip
        writer.writerow(_edge(statement.first, _("Opening"), statement.opening))
        writer.writerows(_cells(line) for line in statement.lines)
        writer.writerow(_edge(statement.last, _("Closing"), statement.closing))
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + written.getvalue()


def _lines(balance: int, happenings: Sequence[Happening], book: Rulebook) -> Iterator[Line]:
    for told in happenings:
        balance += told.balance
        # What falls due at the instant a day begins belongs to the day before.
        moment = told.occurred_at - (_INSTANT if ledger.is_due(told) else timedelta())
        yield Line(
            day=book.business_day(moment),
            words=explaining.in_words(kind=told.kind, reason=told.reason),
            reference=told.reference,
            points=told.balance,
            pending=told.pending,
            held=told.held,
            balance=balance,
        )


def _edge(day: date, words: str, standing: Standing) -> list[str | int]:
    return [day.isoformat(), words, "", standing.pending, standing.held, standing.balance, ""]


def _cells(line: Line) -> list[str | int]:
    return [
        line.day.isoformat(),
        formulas.neutralised(line.words),
        line.points,
        line.pending,
        line.held,
        line.balance,
        formulas.neutralised(line.reference),
    ]
