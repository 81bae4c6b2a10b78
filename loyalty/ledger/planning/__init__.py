"""What happens to an account, decided without a database. No Django in this package.

The lazy path, the sweep, batches and imports all decide here; only the writing differs. A
`Draft` takes one account as its locked row and open lots say it is, and verbs add entries.
"""

from loyalty.ledger.planning.accounts import AWAY, NEVER, Book, Hold, Lot, Move, Wait
from loyalty.ledger.planning.drafts import Draft, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.earning import Grant, TakesEffectLater, earn
from loyalty.ledger.planning.holding import NotOpen, capture, hold, void
from loyalty.ledger.planning.reclaiming import Earned, Part, clawback, expired_now
from loyalty.ledger.planning.refunding import Spending, refund
from loyalty.ledger.planning.settling import settle
from loyalty.ledger.planning.spending import close, redeem, remove
from loyalty.ledger.planning.stirring import Idle, stir
from loyalty.ledger.planning.transferring import bring_back, merge, owe, transfer
from loyalty.ledger.planning.waiting import activate, cancel

__all__ = [
    "AWAY",
    "NEVER",
    "Book",
    "Draft",
    "Earned",
    "Grant",
    "Hold",
    "Idle",
    "Lot",
    "Move",
    "NotEnough",
    "NotOpen",
    "Note",
    "Part",
    "PlannedEntry",
    "Spending",
    "TakesEffectLater",
    "Wait",
    "activate",
    "bring_back",
    "cancel",
    "capture",
    "clawback",
    "close",
    "earn",
    "expired_now",
    "hold",
    "merge",
    "owe",
    "redeem",
    "refund",
    "remove",
    "settle",
    "stir",
    "transfer",
    "void",
]
