"""The last entry of an account whose holder leaves: nothing stays that could be spent later."""

from datetime import datetime

from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft
from loyalty.ledger.posting import booking, locking, repeating


def close(
    *,
    account: Account,
    key: str,
    at: datetime,
    reason: str,
    actor: str,
    recorded_at: datetime | None = None,
) -> Entry | None:
    """Settle, then remove for ever what is pending and available; None where nothing is left.

    Raises KeyReused, NotOpaque.
    """
    asked = repeating.note("CLOSE", key=key, actor=actor, reason=reason)
    locked = locking.hold(account.pk)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(account.pk, asked):
        return first
    book = loading.as_book(locked)
    loading.read_open_lots([book])
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planned = planning.close(draft, note=asked)
    written = booking.write([(locked, draft)])
    booking.show(account, book)
    return written[-1] if planned else None
