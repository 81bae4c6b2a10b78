"""Points. Only `posting` writes these tables; entries and movements are never edited."""

from loyalty.ledger.models.accounts import Account, Holder, Wallet
from loyalty.ledger.models.book import (
    NEVER,
    Bucket,
    Entry,
    Kind,
    Lot,
    LotState,
    Movement,
)
from loyalty.ledger.models.holds import Hold, HoldState

__all__ = [
    "NEVER",
    "Account",
    "Bucket",
    "Entry",
    "Hold",
    "HoldState",
    "Holder",
    "Kind",
    "Lot",
    "LotState",
    "Movement",
    "Wallet",
]
