"""Figures that are kept for speed are made again from the movements, which are the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.ledger.auditing import Audit
from loyalty.ledger.models import Account, Lot
from loyalty.ledger.posting import locking
from loyalty.ledger.records import AccountRow, Fault
from loyalty.ledger.streaming import Streams, read_accounts

_CHUNK = 500


class BrokenBook(Refusal):
    """What is written in the book itself is wrong: figures made from it would hide that."""

    code = "broken-book"
    title = _("The book itself is not right, so nothing was made from it.")


@dataclass(frozen=True)
class Rebuilt:
    """How many accounts were gone through, and in words each row that was put right."""

    accounts: int
    changes: Sequence[str]


def rebuild() -> Rebuilt:
    """Make every account's figures and every lot's rest again from entries and movements.

    Some hundred accounts at a time are locked, in order of id; the next event is made exact.
    Entries, movements and holds are left alone and their hashes checked first. Repeating it
    changes nothing. Raises BrokenBook, and then no account of that chunk has changed.
    """
    count, changes, last = 0, list[str](), 0
    while keys := list(
        Account.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_CHUNK]
    ):
        with transaction.atomic():
            changes += _rebuild(keys)
        count, last = count + len(keys), keys[-1]
    return Rebuilt(count, changes)


def _rebuild(keys: Sequence[int]) -> list[str]:
    accounts = locking.lock_accounts(keys)
    audits, fault = _audit(keys)
    if fault:
        raise BrokenBook(fault)
    changes: list[str] = []
    for row, audit in audits:
        changes += _put_right(accounts[row.id], row, audit)
    return changes


def _audit(keys: Sequence[int]) -> tuple[list[tuple[AccountRow, Audit]], str]:
    """Go through the books of some accounts; return what they come to, and the first fault."""
    streams, audits = Streams(keys), []
    try:
        for row in read_accounts(keys):
            audit = streams.open(row)
            for _one in streams.enter(audit, row):
                pass
            audit.must_be_complete()
            audits.append((row, audit))
    except Fault as fault:
        return [], str(fault)
    return audits, ""


def _put_right(account: Account, row: AccountRow, audit: Audit) -> list[str]:
    changes = []
    figures = audit.figures()
    wrong = {name: figure for name, figure in figures.items() if getattr(row, name) != figure}
    for name, figure in wrong.items():
        changes.append(f"ledger_account {row.id}: {name} {getattr(row, name)} → {figure}")
        setattr(account, name, figure)
    if wrong:
        Account.objects.filter(pk=row.id).update(**wrong)
    lots = audit.lots()
    for lot in Lot.objects.filter(account=row.id).order_by("number"):
        remaining, state = lots[lot.number]
        if (lot.remaining, lot.state) != (remaining, state):
            said = f"{lot.remaining} {lot.state} → {remaining} {state}"
            changes.append(f"ledger_lot {lot.pk}: {said}")
            Lot.objects.filter(pk=lot.pk).update(remaining=remaining, state=state)
    return changes
