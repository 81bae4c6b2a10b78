from members.models.people import (
    Card,
    CardState,
    Consent,
    ConsentChannel,
    ConsentPurpose,
    Member,
    MemberKind,
    MemberState,
    TierChange,
)
from members.models.sales import ImportRow, ImportRun, Purchase, PurchaseLine
from members.models.vouchers import Voucher, VoucherState

__all__ = [
    "Card",
    "CardState",
    "Consent",
    "ConsentChannel",
    "ConsentPurpose",
    "ImportRow",
    "ImportRun",
    "Member",
    "MemberKind",
    "MemberState",
    "Purchase",
    "PurchaseLine",
    "TierChange",
    "Voucher",
    "VoucherState",
]
