"""The only code that writes the ledger. It refuses to run outside a transaction.

Every verb has one shape: look the key up, lock the account in a statement of its own, look
the key up again, let `planning` decide on what the locked row and its open lots say, write
lots, entries, movements, the account and an outbox row for every entry.
"""

from loyalty.core.refusals import ConcurrentUpdate, KeyReused
from loyalty.ledger.planning import Grant
from loyalty.ledger.posting.batches import Earning, earn_many, settle_due
from loyalty.ledger.posting.booking import EarnedAlready
from loyalty.ledger.posting.closing import close
from loyalty.ledger.posting.opening import lock, lock_many, open_holder, open_holders
from loyalty.ledger.posting.repeating import NotOpaque, retried
from loyalty.ledger.posting.verbs import (
    InsufficientPoints,
    NotRefundable,
    RefundExceedsSpent,
    TakesEffectLater,
    adjust,
    earn,
    redeem,
    refund,
    settle,
)

__all__ = [
    "ConcurrentUpdate",
    "EarnedAlready",
    "Earning",
    "Grant",
    "InsufficientPoints",
    "KeyReused",
    "NotOpaque",
    "NotRefundable",
    "RefundExceedsSpent",
    "TakesEffectLater",
    "adjust",
    "close",
    "earn",
    "earn_many",
    "lock",
    "lock_many",
    "open_holder",
    "open_holders",
    "redeem",
    "refund",
    "retried",
    "settle",
    "settle_due",
]
