"""The shape of what tills send about members and purchases. Never a rule."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from loyalty.clients.shapes import (
    MomentField,
    MoneyField,
    PatternField,
    QuantityField,
    StrictSerializer,
    TextField,
    YesNoField,
)
from members.consenting import Said
from members.models import ConsentChannel, ConsentPurpose, MemberKind

_BIRTHDAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_MEANS = r"^(?!(points|voucher)$)[a-z][a-z0-9-]{0,29}$"
_SLUG = r"^[A-Za-z0-9_-]{1,40}$"


class LookupInput(StrictSerializer):
    """Exactly one identifier. `code` is what a scanner read."""

    limits = {"minProperties": 1, "maxProperties": 1}

    card = TextField(max_length=60, required=False)
    phone = TextField(max_length=40, required=False)
    email = TextField(max_length=254, required=False)
    code = TextField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                _("Send exactly one identifier."), code="one-identifier"
            )
        return attrs


class BuyerInput(LookupInput):
    """Who buys: exactly one identifier, or the member's id."""

    id = TextField(max_length=40, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        return {"public_id" if name == "id" else name: value for name, value in attrs.items()}


class ConsentInput(StrictSerializer):
    """One answer, to one version of a text."""

    channel = serializers.ChoiceField(choices=[value.lower() for value in ConsentChannel.values])
    purpose = serializers.ChoiceField(choices=[value.lower() for value in ConsentPurpose.values])
    given = YesNoField()
    text_version = TextField(max_length=40)

    def to_internal_value(self, data: Any) -> Said:
        values = super().to_internal_value(data)
        return Said(
            channel=values["channel"].upper(),
            purpose=values["purpose"].upper(),
            is_given=values["given"],
            text_version=values["text_version"],
        )


class EnrolmentInput(StrictSerializer):
    """Somebody who joins, by at least one of card, e-mail and phone."""

    limits = {"anyOf": [{"required": [name]} for name in ("card", "email", "phone")]}

    first_name = TextField(max_length=80, required=False)
    last_name = TextField(max_length=80, required=False)
    email = TextField(max_length=254, required=False)
    phone = TextField(max_length=40, required=False)
    card = TextField(max_length=40, required=False)
    external_id = TextField(max_length=80, required=False)
    birthday = PatternField(_BIRTHDAY, required=False, help_text="Month and day: 05-17.")
    language = serializers.ChoiceField(choices=["fr", "en"], required=False)
    kind = serializers.ChoiceField(
        choices=[value.lower() for value in MemberKind.values], required=False
    )
    source = TextField(max_length=40, required=False)  # type: ignore[assignment]
    store = PatternField(_SLUG, required=False)
    consents = serializers.ListField(child=ConsentInput(), required=False, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"card", "email", "phone"} & attrs.keys():
            raise serializers.ValidationError(
                _("Send at least one of card, email and phone."), code="identifier-missing"
            )
        return attrs

    def validate_birthday(self, value: str) -> tuple[int, int]:
        month, _dash, day = value.partition("-")
        return int(month), int(day)

    def validate_kind(self, value: str) -> str:
        return value.upper()


class LineInput(StrictSerializer):
    """One line of a receipt. A discount is a line below zero."""

    sku = TextField(max_length=60, required=False)
    name = TextField(max_length=120, required=False)
    category = TextField(max_length=40, required=False)
    quantity = QuantityField(required=False)
    amount = MoneyField(may_be_negative=True, source="amount_cents")


class PaymentInput(StrictSerializer):
    """One means of payment, and how much of the total it paid."""

    means = PatternField(_MEANS)
    amount = MoneyField(source="amount_cents")


class PurchaseInput(StrictSerializer):
    """One receipt. `member` is null for an anonymous sale, and is never left out."""

    member = BuyerInput(allow_null=True)
    receipt = TextField(max_length=80, required=False)
    occurred_at = MomentField(required=False, help_text="Now, when left out.")
    total = MoneyField(source="total_cents")
    store = PatternField(_SLUG, required=False)
    till = TextField(max_length=40, required=False)
    channel = PatternField(_SLUG, max_length=20, required=False)
    lines = serializers.ListField(child=LineInput(), required=False, max_length=500)
    payments = serializers.ListField(child=PaymentInput(), required=False, max_length=20)
