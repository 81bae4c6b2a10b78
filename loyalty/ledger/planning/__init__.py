"""What happens to an account, decided without a database. No Django in this package.

The lazy path, the sweep, batches and imports all decide here; only the writing differs. A
`Draft` takes one account as its locked row and open lots say it is, and verbs add entries.
"""

from loyalty.ledger.planning.accounts import NEVER, Book, Lot, Move
from loyalty.ledger.planning.drafts import Draft, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.earning import Grant, TakesEffectLater, earn
from loyalty.ledger.planning.refunding import Spending, refund
from loyalty.ledger.planning.settling import settle
from loyalty.ledger.planning.spending import close, redeem, remove

__all__ = [
    "NEVER",
    "Book",
    "Draft",
    "Grant",
    "Lot",
    "Move",
    "NotEnough",
    "Note",
    "PlannedEntry",
    "Spending",
    "TakesEffectLater",
    "close",
    "earn",
    "redeem",
    "refund",
    "remove",
    "settle",
]
