from loyalty.programmes.models.earning import Rule, RuleState, RuleVersion
from loyalty.programmes.models.programme import (
    Category,
    Multipliers,
    Programme,
    Rounding,
    Store,
    new_revision,
)
from loyalty.programmes.models.tiers import Tier, TierLadder
from loyalty.programmes.models.wallets import ExpiryKind, RoundUpTo, WalletPolicy

__all__ = [
    "Category",
    "ExpiryKind",
    "Multipliers",
    "Programme",
    "RoundUpTo",
    "Rounding",
    "Rule",
    "RuleState",
    "RuleVersion",
    "Store",
    "Tier",
    "TierLadder",
    "WalletPolicy",
    "new_revision",
]
