"""A journal as a file that an accountant's programme takes: two rows for each booking."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.journal import LABELS, Balance, Journal, Line
from loyalty.core import money
from loyalty.core.formulas import neutralised

Row = list[str]


def write_csv(*, journal: Journal, currency: str) -> str:
    """Return a journal as CSV in the language in force: debits and credits are equal.

    In French with semicolons and commas, as a French spreadsheet opens it. Nothing in it is run
    as a formula.
    """
    is_french = (get_language() or "").startswith("fr")
    out = StringIO()
    writer = csv.writer(out, delimiter=";" if is_french else ",")
    writer.writerow(_head())
    for row in _rows(journal, currency, "," if is_french else "."):
        writer.writerow(row)
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + out.getvalue()


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


def _head() -> Row:
    return [
        _("date"), _("piece"), _("account"), _("name of the account"), _("label"), _("debit"),
        _("credit"), _("points"), _("balance"),
    ]  # fmt: skip


def _rows(journal: Journal, currency: str, comma: str) -> Iterator[Row]:
    def amount(cents: int) -> str:
        return money.to_text(cents=cents, currency=currency).replace(".", comma)

    def balance(label: str, day: str, told: Balance) -> Row:
        account = journal.accounts.deferred_account
        name = name_of(account, journal=journal)
        found = [day, piece, account, name, label, "", "", str(told.points), amount(told.cents)]
        return [neutralised(cell) for cell in found]

    def booked(line: Line) -> Iterator[Row]:
        label = str(LABELS[line.what])
        for account, debit, credit in (
            (line.debit, line.cents, None),
            (line.credit, None, line.cents),
        ):
            sides = ["" if side is None else amount(side) for side in (debit, credit)]
            name = name_of(account, journal=journal)
            words = [neutralised(word) for word in (last, piece, account, name, label)]
            # Figures are figures: a sign begins no formula here.
            yield [*words, *sides, str(line.points), ""]

    piece = reference_of(journal)
    first, last = journal.period.first.isoformat(), journal.period.last.isoformat()
    yield balance(_("Opening balance"), first, journal.opening)
    for line in journal.lines:
        yield from booked(line)
    yield balance(_("Closing balance"), last, journal.closing)
