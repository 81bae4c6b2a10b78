"""What each call about rewards takes and answers, with examples: the description of OpenAPI."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema

from members.api.schemas import BALANCE, MEMBER, VOUCHER
from members.api.serializers import NothingInput
from rewards.api.serializers import (
    OffersOutput,
    RedemptionInput,
    RedemptionOutput,
    RewardsOutput,
)

_REWARD: dict[str, Any] = {
    "id": "rew_01m7zzcn5mkr9gvvxhzq1xspf4",
    "name": "A coffee on the house",
    "description": "Any coffee of the menu.",
    "kind": "voucher",
    "category": "treats",
    "prices": [{"wallet": "points", "points": 80}],
    "value": "2.80",
    "left": None,
    "tier": None,
    "offered_from": None,
    "offered_until": None,
}
_REDEMPTION: dict[str, Any] = {
    "id": "rdm_01m7zzcn5mkr9gvvxhzq1xspf4",
    "member": MEMBER,
    "reward": _REWARD["id"],
    "name": _REWARD["name"],
    "points": 80,
    "redeemed_at": "2026-11-21T10:15:00+01:00",
    "cancelled_at": None,
    "voucher": {
        **VOUCHER,
        "state": "open",
        "member": MEMBER,
        "issued_at": "2026-11-21T10:15:00+01:00",
        "used_at": None,
    },
    "balance": BALANCE,
}

list_rewards = extend_schema(
    responses={200: RewardsOutput},
    examples=[OpenApiExample("One reward", value={"rewards": [_REWARD]}, response_only=True)],
)
list_member_rewards = extend_schema(
    responses={200: OffersOutput},
    examples=[
        OpenApiExample(
            "Twelve points to go",
            value={
                "member": MEMBER,
                "rewards": [
                    {
                        **_REWARD,
                        "reach": "near",
                        "missing": [{"wallet": "points", "points": 12}],
                        "resets_at": None,
                    }
                ],
            },
            response_only=True,
        )
    ],
)
redeem_reward = extend_schema(
    request=RedemptionInput,
    responses={201: RedemptionOutput},
    examples=[
        OpenApiExample(
            "By card",
            value={"member": {"card": "2000000000121"}, "reward": _REWARD["id"]},
            request_only=True,
        ),
        OpenApiExample("Redeemed", value=_REDEMPTION, response_only=True),
    ],
)
cancel_redemption = extend_schema(
    request=NothingInput,
    responses={200: RedemptionOutput},
    examples=[
        OpenApiExample("Nothing to say", value={}, request_only=True),
        OpenApiExample(
            "Cancelled",
            value={
                **_REDEMPTION,
                "cancelled_at": "2026-11-21T10:20:00+01:00",
                "voucher": {**_REDEMPTION["voucher"], "state": "cancelled"},
            },
            response_only=True,
        ),
    ],
)
