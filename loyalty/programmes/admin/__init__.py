"""The programme as staff see and change it."""

from loyalty.programmes.admin.rules import RuleAdmin, RuleVersionAdmin
from loyalty.programmes.admin.settings import (
    CategoryAdmin,
    ProgrammeAdmin,
    StoreAdmin,
    WalletPolicyAdmin,
)
from loyalty.programmes.admin.tiers import TierAdmin, TierLadderAdmin

__all__ = [
    "CategoryAdmin",
    "ProgrammeAdmin",
    "RuleAdmin",
    "RuleVersionAdmin",
    "StoreAdmin",
    "TierAdmin",
    "TierLadderAdmin",
    "WalletPolicyAdmin",
]
