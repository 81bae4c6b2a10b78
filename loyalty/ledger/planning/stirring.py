"""An account falls asleep some time after somebody last did something with it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.ledger.planning.accounts import in_utc
from loyalty.ledger.planning.drafts import Draft
from loyalty.ledger.planning.settling import settle


@dataclass(frozen=True)
class Idle:
    """When an account falls asleep if nothing more happens: all its points die then.

    An activity `resets` the moment. Whatever else brings points sets it only where none is set.
    """

    until: datetime
    resets: bool = True


def stir(draft: Draft, idle: Idle | None) -> None:
    """Settle, then let the account sleep later, never earlier: what came late takes nothing away.

    A moment that has passed already says nothing of one that is to come.
    """
    book = draft.book
    if idle is None or not (idle.resets or book.has_stock):
        return
    settle(draft)
    until = in_utc(idle.until)
    is_set = book.inactive_at is not None and (not idle.resets or until <= book.inactive_at)
    if until > draft.now and not is_set:
        book.sleep_from(until)
