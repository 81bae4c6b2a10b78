from rewards.models.catalogue import Picture, Reward, RewardCategory, RewardKind, RewardPrice
from rewards.models.pools import PoolCode, VoucherPool
from rewards.models.redemptions import CancelReason, ReadyNotice, Redemption, RedemptionPayment

__all__ = [
    "CancelReason",
    "Picture",
    "PoolCode",
    "ReadyNotice",
    "Redemption",
    "RedemptionPayment",
    "Reward",
    "RewardCategory",
    "RewardKind",
    "RewardPrice",
    "VoucherPool",
]
