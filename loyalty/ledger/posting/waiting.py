"""Points that wait for an event: it has come, or somebody says that it will not."""

from collections.abc import Callable, Collection
from datetime import datetime

from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft, Note, PlannedEntry
from loyalty.ledger.planning.waiting import Until
from loyalty.ledger.posting import booking, locking, repeating
from loyalty.ledger.posting.acting import must_be_open

Plan = Callable[[Draft], PlannedEntry | None]


def activate(
    *,
    account: Account,
    lots: Collection[int],
    until: Until,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    reference: str = "",
    actor: str = "",
    reason: str = "",
) -> Entry | None:
    """Let what still waits of some lots, by number, be used from now on, and repay debt.

    `until` gives the instant at which points end that can be used from a moment on, by what
    was said of their life when they were given. Returns None where none of them waits any
    more, and then writes nothing. Raises AccountMerged, AccountClosed, KeyReused, NotOpaque.
    """
    words = {"reference": reference, "actor": actor, "reason": reason}
    asked = repeating.note("ACTIVATE", *sorted(lots), key=key, **words)

    def plan(draft: Draft) -> PlannedEntry | None:
        return planning.activate(draft, lots=lots, until=until, note=asked)

    return _post(account, asked, plan, at=at, recorded_at=recorded_at)


def cancel(
    *,
    account: Account,
    lots: Collection[int],
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    reference: str = "",
    actor: str = "",
    reason: str = "",
) -> Entry | None:
    """Let what still waits of some lots, by number, go: the event will not come.

    A later return of what earned them takes nothing else for them. Returns None where none of
    them waits any more, and then writes nothing. Raises AccountMerged, AccountClosed,
    KeyReused, NotOpaque.
    """
    words = {"reference": reference, "actor": actor, "reason": reason}
    asked = repeating.note("CANCEL", *sorted(lots), key=key, **words)

    def plan(draft: Draft) -> PlannedEntry | None:
        return planning.cancel(draft, lots=lots, note=asked)

    return _post(account, asked, plan, at=at, recorded_at=recorded_at)


def _post(
    account: Account, asked: Note, plan: Plan, *, at: datetime, recorded_at: datetime | None
) -> Entry | None:
    locked = locking.hold(account.pk)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(locked.pk, asked):
        return first
    must_be_open(locked)
    book = loading.open_book(locked, at=at, is_whole=True)
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planned = plan(draft)
    if planned is None:
        return None
    written = booking.write([(locked, draft)])
    if account is not locked:
        booking.show(account, book)
    return next(entry for entry in written if entry.number == planned.number)
