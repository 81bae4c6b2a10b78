"""The only code that writes the ledger. It refuses to run outside a transaction.

Every verb has one shape: look the key up, lock the account in a statement of its own, look
the key up again, let `planning` decide on what the locked row and its open lots say, write
lots, entries, movements, the account and an outbox row for every entry.
"""

from loyalty.core.refusals import ConcurrentUpdate, KeyReused
from loyalty.ledger.planning import Grant, Idle
from loyalty.ledger.posting.acting import AccountClosed, AccountMerged, InsufficientPoints
from loyalty.ledger.posting.batches import (
    Activity,
    Earning,
    Sweep,
    count_due,
    earn_many,
    settle_due,
)
from loyalty.ledger.posting.booking import EarnedAlready
from loyalty.ledger.posting.clocking import start_clocks, stop_clocks
from loyalty.ledger.posting.closing import close
from loyalty.ledger.posting.holding import (
    AmountExceedsHold,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    HoldExpired,
    capture,
    hold,
    void,
)
from loyalty.ledger.posting.opening import lock, lock_many, lock_own, open_holder, open_holders
from loyalty.ledger.posting.repeating import NotOpaque, retried
from loyalty.ledger.posting.returning import (
    ClawbackExceedsEarned,
    NotEarned,
    NotRefundable,
    RefundExceedsSpent,
    clawback,
    refund,
)
from loyalty.ledger.posting.transferring import NotMerged, merge, transfer, unmerge
from loyalty.ledger.posting.verbs import TakesEffectLater, adjust, earn, redeem, settle, stir
from loyalty.ledger.posting.waiting import activate, cancel

__all__ = [
    "AccountClosed",
    "AccountMerged",
    "Activity",
    "AmountExceedsHold",
    "ClawbackExceedsEarned",
    "ConcurrentUpdate",
    "EarnedAlready",
    "Earning",
    "Grant",
    "HoldAlreadyCaptured",
    "HoldAlreadyVoided",
    "HoldExpired",
    "Idle",
    "InsufficientPoints",
    "KeyReused",
    "NotEarned",
    "NotMerged",
    "NotOpaque",
    "NotRefundable",
    "RefundExceedsSpent",
    "Sweep",
    "TakesEffectLater",
    "activate",
    "adjust",
    "cancel",
    "capture",
    "clawback",
    "close",
    "count_due",
    "earn",
    "earn_many",
    "hold",
    "lock",
    "lock_many",
    "lock_own",
    "merge",
    "open_holder",
    "open_holders",
    "redeem",
    "refund",
    "retried",
    "settle",
    "settle_due",
    "start_clocks",
    "stir",
    "stop_clocks",
    "transfer",
    "unmerge",
    "void",
]
