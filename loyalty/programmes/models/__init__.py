from loyalty.programmes.models.campaigns import Campaign, Goal
from loyalty.programmes.models.counting import BudgetUse, MemberCount, RuleCost
from loyalty.programmes.models.earning import Rule, RuleState, RuleVersion
from loyalty.programmes.models.plans import Plan
from loyalty.programmes.models.products import Product
from loyalty.programmes.models.programme import (
    Category,
    HouseholdRule,
    Multipliers,
    Programme,
    Rounding,
    Segment,
    SpendProof,
    Store,
    new_revision,
)
from loyalty.programmes.models.requests import RuleRequest
from loyalty.programmes.models.simulations import Simulation, SimulationState
from loyalty.programmes.models.staff import StoreAssignment
from loyalty.programmes.models.tiers import Tier, TierLadder
from loyalty.programmes.models.wallets import ExpiryKind, RoundUpTo, WalletPolicy

__all__ = [
    "BudgetUse",
    "Campaign",
    "Category",
    "ExpiryKind",
    "Goal",
    "HouseholdRule",
    "MemberCount",
    "Multipliers",
    "Plan",
    "Product",
    "Programme",
    "RoundUpTo",
    "Rounding",
    "Rule",
    "RuleCost",
    "RuleRequest",
    "RuleState",
    "RuleVersion",
    "Segment",
    "Simulation",
    "SimulationState",
    "SpendProof",
    "Store",
    "StoreAssignment",
    "Tier",
    "TierLadder",
    "WalletPolicy",
    "new_revision",
]
