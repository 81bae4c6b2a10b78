"""A journal as a file that an accountant's programme takes: two rows for each booking."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from analytics.journal import LABELS, Balance, Journal, Line
from loyalty.core import money, spreadsheets
from loyalty.core.spreadsheets import Cell

Row = list[Cell]


def write_csv(*, journal: Journal, currency: str) -> str:
    """Return a journal as CSV in the language in force: debits and credits are equal."""
    return spreadsheets.write(head=_head(), rows=_rows(journal, currency))


def name_of(account: str, *, journal: Journal) -> str:
    """Return what an account is for, in words."""
    accounts = journal.accounts
    names = {
        accounts.breakage_account: _("Points that lapsed"),
        accounts.sales_account: _("Sales"),
        accounts.deferred_account: _("Deferred revenue"),
    }
    return names[account]


def reference_of(journal: Journal) -> str:
    """Return what the pieces of a journal are called: its months."""
    first, last = journal.period.first, journal.period.last
    return f"FID-{first:%Y-%m}" if first.month == last.month else f"FID-{first:%Y-%m}-{last:%Y-%m}"


def _head() -> list[str]:
    return [
        _("date"), _("piece"), _("account"), _("name of the account"), _("label"), _("debit"),
        _("credit"), _("points"), _("balance"),
    ]  # fmt: skip


def _rows(journal: Journal, currency: str) -> Iterator[Row]:
    def amount(cents: int) -> Decimal:
        return Decimal(money.to_text(cents=cents, currency=currency))

    def balance(label: str, day: str, told: Balance) -> Row:
        account = journal.accounts.deferred_account
        name = name_of(account, journal=journal)
        return [day, piece, account, name, label, None, None, told.points, amount(told.cents)]

    def booked(line: Line) -> Iterator[Row]:
        label = str(LABELS[line.what])
        for account, debit, credit in (
            (line.debit, line.cents, None),
            (line.credit, None, line.cents),
        ):
            sides = [None if side is None else amount(side) for side in (debit, credit)]
            name = name_of(account, journal=journal)
            yield [last, piece, account, name, label, *sides, line.points, None]

    piece = reference_of(journal)
    first, last = journal.period.first.isoformat(), journal.period.last.isoformat()
    yield balance(_("Opening balance"), first, journal.opening)
    for line in journal.lines:
        yield from booked(line)
    yield balance(_("Closing balance"), last, journal.closing)
