"""The programme as staff see and change it."""

from loyalty.programmes.admin.campaigns import CampaignAdmin
from loyalty.programmes.admin.counting import (
    BudgetUseAdmin,
    MemberCountAdmin,
    RuleRequestAdmin,
    SimulationAdmin,
)
from loyalty.programmes.admin.plans import PlanAdmin
from loyalty.programmes.admin.rules import RuleAdmin, RuleVersionAdmin
from loyalty.programmes.admin.settings import (
    CategoryAdmin,
    ProductAdmin,
    ProgrammeAdmin,
    SegmentAdmin,
    StoreAdmin,
    WalletPolicyAdmin,
)
from loyalty.programmes.admin.staff import StaffAdmin, StoreAssignmentAdmin
from loyalty.programmes.admin.tiers import TierAdmin, TierLadderAdmin

__all__ = [
    "BudgetUseAdmin",
    "CampaignAdmin",
    "CategoryAdmin",
    "MemberCountAdmin",
    "PlanAdmin",
    "ProductAdmin",
    "ProgrammeAdmin",
    "RuleAdmin",
    "RuleRequestAdmin",
    "RuleVersionAdmin",
    "SegmentAdmin",
    "SimulationAdmin",
    "StaffAdmin",
    "StoreAdmin",
    "StoreAssignmentAdmin",
    "TierAdmin",
    "TierLadderAdmin",
    "WalletPolicyAdmin",
]
