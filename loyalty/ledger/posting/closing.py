"""The last entry of an account whose holder leaves: nothing stays that could be spent later."""

from datetime import datetime

from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft
from loyalty.ledger.posting import booking, locking, repeating
from loyalty.ledger.posting.acting import AccountMerged, find_written


def close(
    *,
    account: Account,
    key: str,
    at: datetime,
    reason: str,
    actor: str,
    recorded_at: datetime | None = None,
) -> Entry | None:
    """Settle, void what is held, then remove for ever what is pending and available.

    Nothing is earned or spent in it any more, and returns of its sales move nothing. Returns
    None where nothing was left to remove. Raises AccountMerged, KeyReused, NotOpaque.
    """
    asked = repeating.note("CLOSE", key=key, actor=actor, reason=reason)
    locked = locking.hold(account.pk)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(account.pk, asked):
        return first
    if locked.merged_into_id is not None:
        raise AccountMerged
    book = loading.as_book(locked)
    loading.read_open_lots([book])
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planned = planning.close(draft, note=asked)
    written = booking.write([(locked, draft)])
    booking.show(account, book)
    if locked.closed_at is None:
        Account.objects.filter(pk=locked.pk).update(closed_at=at)
        locked.closed_at = account.closed_at = at
    return find_written(written, locked, planned) if planned else None
