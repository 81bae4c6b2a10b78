from rewards.admin.catalogue import (
    PictureAdmin,
    RewardAdmin,
    RewardCategoryAdmin,
    RewardPriceAdmin,
)
from rewards.admin.pools import PoolCodeAdmin, VoucherPoolAdmin
from rewards.admin.redemptions import ReadyNoticeAdmin, RedemptionAdmin, RedemptionPaymentAdmin

__all__ = [
    "PictureAdmin",
    "PoolCodeAdmin",
    "ReadyNoticeAdmin",
    "RedemptionAdmin",
    "RedemptionPaymentAdmin",
    "RewardAdmin",
    "RewardCategoryAdmin",
    "RewardPriceAdmin",
    "VoucherPoolAdmin",
]
