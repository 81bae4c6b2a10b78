from members.models.adjustments import Adjustment, AdjustmentNote, AdjustmentReason
from members.models.cases import (
    Case,
    CaseKind,
    CaseMessage,
    CaseNote,
    CaseSettings,
    CaseState,
    Side,
)
from members.models.claims import Claim
from members.models.counters import CarriedAmount
from members.models.events import MemberEvent
from members.models.files import Export, FileState, ImportFile
from members.models.holds import TillHold
from members.models.households import (
    Household,
    HouseholdInvitation,
    HouseholdStay,
    InvitationState,
)
from members.models.merges import Merge
from members.models.notes import MemberNote
from members.models.offline import OfflineSpending, Shortage
from members.models.people import (
    Card,
    CardState,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Member,
    MemberKind,
    MemberState,
)
from members.models.privacy import ErasureRequest, ErasureState
from members.models.referrals import Referral, ReferralCode, ReferralEnd, ReferralState
from members.models.returns import Return, ReturnLine
from members.models.sales import ImportRow, ImportRun, Purchase, PurchaseLine
from members.models.segments import SegmentStay
from members.models.sign_ins import SignInDay
from members.models.standing import ReviewState, TierChange, TierReview, TierReviewMove
from members.models.subscriptions import (
    Subscription,
    SubscriptionPayment,
    SubscriptionState,
)
from members.models.vouchers import Voucher, VoucherState

__all__ = [
    "Adjustment",
    "AdjustmentNote",
    "AdjustmentReason",
    "Card",
    "CardState",
    "CarriedAmount",
    "Case",
    "CaseKind",
    "CaseMessage",
    "CaseNote",
    "CaseSettings",
    "CaseState",
    "Claim",
    "Consent",
    "ConsentChannel",
    "ConsentPurpose",
    "ErasureRequest",
    "ErasureState",
    "Export",
    "FileState",
    "Household",
    "HouseholdInvitation",
    "HouseholdStay",
    "ImportFile",
    "ImportRow",
    "ImportRun",
    "InvitationState",
    "Member",
    "MemberEvent",
    "MemberKind",
    "MemberNote",
    "MemberState",
    "Merge",
    "OfflineSpending",
    "Purchase",
    "PurchaseLine",
    "Referral",
    "ReferralCode",
    "ReferralEnd",
    "ReferralState",
    "Return",
    "ReturnLine",
    "ReviewState",
    "SegmentStay",
    "Shortage",
    "Side",
    "SignInDay",
    "Subscription",
    "SubscriptionPayment",
    "SubscriptionState",
    "TierChange",
    "TierReview",
    "TierReviewMove",
    "TillHold",
    "Voucher",
    "VoucherState",
]
