"""The desk's pages of members: people, what they bought and hold, and what was brought in."""

from members.admin.answers import ConsentAdmin, TierChangeAdmin
from members.admin.cards import CardAdmin
from members.admin.imports import ImportRowAdmin, ImportRunAdmin
from members.admin.people import MemberAdmin
from members.admin.sales import PurchaseAdmin, PurchaseLineAdmin
from members.admin.vouchers import VoucherAdmin

__all__ = [
    "CardAdmin",
    "ConsentAdmin",
    "ImportRowAdmin",
    "ImportRunAdmin",
    "MemberAdmin",
    "PurchaseAdmin",
    "PurchaseLineAdmin",
    "TierChangeAdmin",
    "VoucherAdmin",
]
