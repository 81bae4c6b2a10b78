"""The shape of what tills send about rewards, and of what they are answered."""

from typing import Any

from rest_framework import serializers

from loyalty.clients.shapes import TextField
from members.api.outputs import BalanceOutput, OneVoucherOutput
from members.api.serializers import SpenderInput
from rewards.catalogue import Reach


class RedemptionInput(SpenderInput):
    """Who has which reward. The price is the one in force."""

    reward = TextField(max_length=40)


class PriceOutput(serializers.Serializer[Any]):
    """So much of one wallet."""

    wallet = serializers.CharField()
    points = serializers.IntegerField(min_value=1)


class RewardOutput(serializers.Serializer[Any]):
    """A reward as everybody sees it. All its prices are paid together."""

    id = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    description = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=["voucher", "product", "discount"])
    category = serializers.CharField(allow_null=True)
    prices = PriceOutput(many=True)
    value = serializers.CharField(allow_null=True, help_text="A decimal string.")
    left = serializers.IntegerField(allow_null=True, help_text="null: as many as asked for.")
    tier = serializers.CharField(allow_null=True, help_text="The lowest tier that may have it.")
    offered_from = serializers.DateTimeField(allow_null=True)
    offered_until = serializers.DateTimeField(allow_null=True)


class RewardsOutput(serializers.Serializer[Any]):
    """The catalogue, cheapest first."""

    rewards = RewardOutput(many=True)


class OfferOutput(RewardOutput):
    """A reward as one member sees it. `missing` is what is still to be earned of each price."""

    reach = serializers.ChoiceField(choices=[reach.name.lower() for reach in Reach])
    missing = PriceOutput(many=True)
    resets_at = serializers.DateTimeField(
        allow_null=True, help_text="When a limit that is reached lets them have another."
    )


class OffersOutput(serializers.Serializer[Any]):
    """The catalogue for a member: what they can have now, what is near, then the rest."""

    member = serializers.CharField()
    rewards = OfferOutput(many=True)


class RedemptionOutput(serializers.Serializer[Any]):
    """A reward paid for, its voucher, and what the member has now."""

    id = serializers.CharField()
    member = serializers.CharField()
    reward = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    points = serializers.IntegerField(help_text="Of the wallet it is priced in first.")
    redeemed_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    voucher = OneVoucherOutput()
    balance = BalanceOutput()
