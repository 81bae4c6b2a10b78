"""The answers of `answers.py`, described for OpenAPI. The tests hold one against the other."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers

from members.api.serializers import EnrolmentInput, LookupInput, PurchaseInput

_MEMBER = "mem_01m7zzcn5mkr9gvvxhzq1xspf4"


class ExpiryOutput(serializers.Serializer[Any]):
    """The next points to expire, at which instant, and the last day they can be used."""

    points = serializers.IntegerField()
    at = serializers.DateTimeField()
    valid_until = serializers.DateField()


class BalanceOutput(serializers.Serializer[Any]):
    """Points by what can be done with them. `available` is below zero when some are owed."""

    available = serializers.IntegerField()
    pending = serializers.IntegerField(min_value=0)
    held = serializers.IntegerField(min_value=0)
    next_expiry = ExpiryOutput(allow_null=True)


class PointsOutput(BalanceOutput):
    """A member's balance."""

    member = serializers.CharField()


class ToNextOutput(serializers.Serializer[Any]):
    """What is missing to the next tier."""

    tier = serializers.CharField()
    measure = serializers.ChoiceField(choices=["spend"])
    missing = serializers.CharField(help_text="A decimal string.")


class TierOutput(serializers.Serializer[Any]):
    """The tier that holds today, its last day, and how far the next is."""

    code = serializers.CharField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    to_next = ToNextOutput(allow_null=True)


class IdentityOutput(serializers.Serializer[Any]):
    """Who a member is."""

    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    birthday = serializers.CharField(allow_null=True, help_text="Month and day: 05-17.")


class VoucherOutput(serializers.Serializer[Any]):
    """A voucher that can be used now, and its last day.

    Its code spends: it is null without `points:spend` or `rewards:write`.
    """

    code = serializers.CharField(allow_null=True)
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    value = serializers.CharField(allow_null=True, help_text="A decimal string.")
    expires_at = serializers.DateTimeField()
    valid_until = serializers.DateField()


class MemberOutput(serializers.Serializer[Any]):
    """A member. `identity` and `cards` need `members:read`; they are null without it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=["person", "company"])
    state = serializers.ChoiceField(choices=["active", "blocked", "closed"])
    language = serializers.ChoiceField(choices=["fr", "en"])
    enrolled_at = serializers.DateTimeField()
    identity = IdentityOutput(allow_null=True)
    cards = serializers.ListField(child=serializers.CharField(), allow_null=True)
    balance = BalanceOutput()
    tier = TierOutput(allow_null=True)
    vouchers = VoucherOutput(many=True, help_text="Those that can be used now.")


class AwardLineOutput(serializers.Serializer[Any]):
    """What one rule gave. `wallet` is told when it is not the one points are spent from."""

    rule = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    points = serializers.IntegerField()
    wallet = serializers.CharField(required=False)


class RefusedOutput(serializers.Serializer[Any]):
    """A rule that gave nothing, and why."""

    rule = serializers.CharField()
    why = serializers.CharField()


class AwardOutput(serializers.Serializer[Any]):
    """What a purchase is awarded, rule by rule."""

    points = serializers.IntegerField()
    lines = AwardLineOutput(many=True)
    refused = RefusedOutput(many=True)


class PreviewOutput(serializers.Serializer[Any]):
    """What a purchase would be awarded."""

    member = serializers.CharField(allow_null=True)
    total = serializers.CharField(help_text="A decimal string.")
    award = AwardOutput()


class PurchaseOutput(PreviewOutput):
    """A purchase, its award, and what its member has now; null for an anonymous one."""

    id = serializers.CharField()
    receipt = serializers.CharField(allow_blank=True)
    balance = BalanceOutput(allow_null=True)
    tier = TierOutput(allow_null=True)
    vouchers = VoucherOutput(many=True)


_AWARD = {
    "points": 26,
    "lines": [
        {"rule": "base", "name": "1 point per euro", "points": 13},
        {"rule": "coffee-week", "name": "Coffee week ×2", "points": 13},
    ],
    "refused": [{"rule": "birthday", "why": "not-in-birthday-window"}],
}
_BALANCE = {
    "available": 126,
    "pending": 0,
    "held": 0,
    "next_expiry": {
        "points": 40,
        "at": "2027-01-31T00:00:00+01:00",
        "valid_until": "2027-01-30",
    },
}
_TIER = {
    "code": "silver",
    "until": "2027-12-31",
    "to_next": {"tier": "gold", "measure": "spend", "missing": "87.00"},
}
_VOUCHER = {
    "code": "7KQ2M-91XTD-0VBGA",
    "name": "A coffee on the house",
    "value": "2.80",
    "expires_at": "2027-02-20T00:00:00+01:00",
    "valid_until": "2027-02-19",
}
_SALE = OpenApiExample(
    "Two packs of coffee",
    value={
        "member": {"card": "2000000000121"},
        "receipt": "T1-000123",
        "occurred_at": "2026-11-21T10:15:00+01:00",
        "total": "13.80",
        "lines": [
            {
                "sku": "ESP250",
                "name": "Espresso 250 g",
                "category": "coffee",
                "quantity": "2",
                "amount": "13.80",
            }
        ],
        "payments": [{"means": "card", "amount": "13.80"}],
    },
    request_only=True,
)
_SHOWN = OpenApiExample(
    "A member",
    value={
        "id": _MEMBER,
        "kind": "person",
        "state": "active",
        "language": "fr",
        "enrolled_at": "2026-11-21T10:00:00+01:00",
        "identity": {
            "first_name": "Ada",
            "last_name": "Martin",
            "email": "ada@example.org",
            "phone": "+33612345678",
            "birthday": "05-17",
        },
        "cards": ["2000000000121"],
        "balance": _BALANCE,
        "tier": _TIER,
        "vouchers": [_VOUCHER],
    },
    response_only=True,
)

lookup_member = extend_schema(
    request=LookupInput,
    responses={200: MemberOutput},
    examples=[
        OpenApiExample("By card", value={"card": "2000000000121"}, request_only=True),
        OpenApiExample("By phone", value={"phone": "06 12 34 56 78"}, request_only=True),
        _SHOWN,
    ],
)
enrol_member = extend_schema(
    request=EnrolmentInput,
    responses={201: MemberOutput},
    examples=[
        OpenApiExample(
            "At the till",
            value={
                "first_name": "Ada",
                "last_name": "Martin",
                "email": "ada@example.org",
                "consents": [
                    {
                        "channel": "email",
                        "purpose": "marketing",
                        "given": True,
                        "text_version": "2026-09",
                    }
                ],
            },
            request_only=True,
        ),
        _SHOWN,
    ],
)
get_member = extend_schema(responses={200: MemberOutput}, examples=[_SHOWN])
get_balance = extend_schema(
    responses={200: PointsOutput},
    examples=[
        OpenApiExample("A balance", value={"member": _MEMBER, **_BALANCE}, response_only=True)
    ],
)
preview_purchase = extend_schema(
    request=PurchaseInput,
    responses={200: PreviewOutput},
    examples=[
        _SALE,
        OpenApiExample(
            "Its award",
            value={"member": _MEMBER, "total": "13.80", "award": _AWARD},
            response_only=True,
        ),
    ],
)
record_purchase = extend_schema(
    request=PurchaseInput,
    responses={201: PurchaseOutput},
    examples=[
        _SALE,
        OpenApiExample(
            "Recorded",
            value={
                "id": "pur_01m7zzcn5mkr9gvvxhzq1xspf4",
                "receipt": "T1-000123",
                "member": _MEMBER,
                "total": "13.80",
                "award": _AWARD,
                "balance": _BALANCE,
                "tier": _TIER,
                "vouchers": [],
            },
            response_only=True,
        ),
    ],
)
