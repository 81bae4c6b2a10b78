"""The desk's pages of members: people, what they bought and hold, and what was brought in."""

from members.admin.adjustments import AdjustmentAdmin, AdjustmentNoteAdmin
from members.admin.answers import (
    ConsentAdmin,
    TierChangeAdmin,
    TierReviewAdmin,
    TierReviewMoveAdmin,
)
from members.admin.cards import CardAdmin
from members.admin.cases import (
    CaseAdmin,
    CaseMessageAdmin,
    CaseNoteAdmin,
    CaseSettingsAdmin,
    ClaimAdmin,
)
from members.admin.counters import (
    CarriedAmountAdmin,
    MemberEventAdmin,
    SegmentStayAdmin,
    SignInDayAdmin,
)
from members.admin.erasures import ErasureRequestAdmin
from members.admin.held import OfflineSpendingAdmin, TillHoldAdmin
from members.admin.households import (
    HouseholdAdmin,
    HouseholdInvitationAdmin,
    HouseholdStayAdmin,
)
from members.admin.imports import ExportAdmin, ImportFileAdmin, ImportRowAdmin, ImportRunAdmin
from members.admin.merges import MergeAdmin
from members.admin.notes import MemberNoteAdmin
from members.admin.people import MemberAdmin
from members.admin.referrals import ReferralAdmin, ReferralCodeAdmin
from members.admin.returned import ReturnAdmin, ReturnLineAdmin
from members.admin.sales import PurchaseAdmin, PurchaseLineAdmin
from members.admin.subscriptions import SubscriptionAdmin, SubscriptionPaymentAdmin
from members.admin.vouchers import VoucherAdmin

__all__ = [
    "AdjustmentAdmin",
    "AdjustmentNoteAdmin",
    "CardAdmin",
    "CarriedAmountAdmin",
    "CaseAdmin",
    "CaseMessageAdmin",
    "CaseNoteAdmin",
    "CaseSettingsAdmin",
    "ClaimAdmin",
    "ConsentAdmin",
    "ErasureRequestAdmin",
    "ExportAdmin",
    "HouseholdAdmin",
    "HouseholdInvitationAdmin",
    "HouseholdStayAdmin",
    "ImportFileAdmin",
    "ImportRowAdmin",
    "ImportRunAdmin",
    "MemberAdmin",
    "MemberEventAdmin",
    "MemberNoteAdmin",
    "MergeAdmin",
    "OfflineSpendingAdmin",
    "PurchaseAdmin",
    "PurchaseLineAdmin",
    "ReferralAdmin",
    "ReferralCodeAdmin",
    "ReturnAdmin",
    "ReturnLineAdmin",
    "SegmentStayAdmin",
    "SignInDayAdmin",
    "SubscriptionAdmin",
    "SubscriptionPaymentAdmin",
    "TierChangeAdmin",
    "TierReviewAdmin",
    "TierReviewMoveAdmin",
    "TillHoldAdmin",
    "VoucherAdmin",
]
