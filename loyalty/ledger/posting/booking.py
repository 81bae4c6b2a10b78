"""The pen: writes what was planned for some accounts, in one statement where the engine can."""

from collections.abc import Sequence
from datetime import UTC

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.events import changes, outbox
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Book, Draft, PlannedEntry
from loyalty.ledger.planning.accounts import BUCKETS
from loyalty.ledger.posting import locking, pens
from loyalty.ledger.posting.rows import Rows

Plan = tuple[Account, Draft]

EVENTS = {
    "EARN": "points.earned",
    "ACTIVATE": "points.activated",
    "REDEEM": "points.spent",
    "REFUND": "points.refunded",
    "EXPIRE": "points.expired",
    "ADJUST": "points.adjusted",
    "REPAY": "points.repaid",
    "CANCEL": "points.cancelled",
    "CLOSE": "points.removed",
    "HOLD": "points.held",
    "CAPTURE": "points.spent",
    "VOID": "points.released",
    "LAPSE": "points.released",
    "CLAWBACK": "points.taken-back",
    "TRANSFER_OUT": "points.transferred",
    "TRANSFER_IN": "points.transferred",
}
_CLOCKS = ("entry_seq", "lot_seq", "next_event_at", "inactive_at", "last_at", "last_hash")


class EarnedAlready(Refusal):
    """An award's reference earns once in an account."""

    code = "already-earned"
    title = _("Points were already given for this.")


def write(
    plans: Sequence[Plan], *, parent: Entry | None = None, is_historic: bool = False
) -> list[Entry]:
    """Write accounts, entries, lots and movements, and an outbox row for every entry.

    Returns the entries in the order of the plans. Raises EarnedAlready.
    """
    ids = put(plans, parent=parent, is_historic=is_historic)
    return [
        _as_row(account, entry, ids[account.pk, entry.number], parent)
        for account, draft in plans
        for entry in draft.entries
    ]


def put(
    plans: Sequence[Plan], *, parent: Entry | None = None, is_historic: bool = False
) -> dict[tuple[int, int], int]:
    """Do as `write`, for who needs no more than the ids of entries, by account and number."""
    plans = [plan for plan in plans if _has_changed(*plan)]
    if not plans:
        return {}
    rows = Rows.of(plans, parent=parent)
    rows.events = outbox.rows_of(_events(plans, is_historic=is_historic))
    rows.days = changes.rows_of("points", _days(plans))
    try:
        ids = pens.write(rows)
    except IntegrityError as error:
        if _says_earned_already(error):
            raise EarnedAlready from error
        raise
    for account, draft in plans:
        show(account, draft.book)
    locking.prove([account for account, _draft in plans])
    return ids


def show(account: Account, book: Book) -> None:
    """Make an object in memory say what was written."""
    for bucket in BUCKETS:
        setattr(account, bucket, book.buckets[bucket])
    for clock in _CLOCKS:
        setattr(account, clock, getattr(book, clock))


def _has_changed(account: Account, draft: Draft) -> bool:
    book = draft.book
    return bool(draft.entries) or any(
        getattr(account, clock) != getattr(book, clock) for clock in _CLOCKS
    )


def _says_earned_already(error: IntegrityError) -> bool:
    name, columns = "ledger_entry_earns_once_per_reference", "ledger_entry.reference"
    return name in str(error) or columns in str(error)


def _events(plans: Sequence[Plan], *, is_historic: bool) -> list[outbox.Event]:
    return [
        _event(account, entry, is_historic=is_historic)
        for account, draft in plans
        for entry in draft.entries
    ]


def _days(plans: Sequence[Plan]) -> set[changes.Day]:
    """The days, in UTC, of which the programme's figures must be counted again."""
    return {
        (None, entry.occurred_at.astimezone(UTC).date())
        for _account, draft in plans
        for entry in draft.entries
    }


def _event(account: Account, entry: PlannedEntry, *, is_historic: bool) -> outbox.Event:
    _pending, available, _held, owed = entry.after
    payload = {
        "account": account.pk,
        "holder": account.holder_id,
        "wallet": account.wallet.code,
        "entry": entry.number,
        "points": entry.points,
        "available": available - owed,
        "reference": entry.note.reference,
        "reason": entry.note.reason,
    }
    return outbox.Event(EVENTS[entry.kind], payload, entry.occurred_at, is_historic)


def _as_row(account: Account, entry: PlannedEntry, key: int, parent: Entry | None) -> Entry:
    pending, available, held, owed = entry.after
    row = Entry(
        pk=key,
        account=account,
        number=entry.number,
        kind=entry.kind,
        points=entry.points,
        parent=parent if entry.parent is not None else None,
        reference=entry.note.reference,
        key=entry.note.key,
        request_hash=entry.note.request_hash,
        actor=entry.note.actor,
        on_behalf_of=entry.note.on_behalf_of,
        reason=entry.note.reason,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        pending_after=pending,
        available_after=available,
        held_after=held,
        debt_after=owed,
        previous_hash=entry.previous_hash,
        hash=entry.hash,
        transfer=entry.more.transfer,
        forgiven=entry.more.forgiven,
        waived=entry.more.waived,
    )
    row._state.adding = False
    row._state.db = connection.alias
    return row
