"""The shape of what tills send about members and purchases. Never a rule."""

import unicodedata
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from loyalty.clients.shapes import (
    DayField,
    MomentField,
    MoneyField,
    PatternField,
    PositionField,
    QuantityField,
    StrictSerializer,
    TextField,
    YesNoField,
)
from members.consenting import Said
from members.models import ConsentChannel, ConsentPurpose, MemberKind

_BIRTHDAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_MEANS = r"^[a-z][a-z0-9-]{0,29}$"
_LABEL = r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,58}[^\s\x00-\x1f\x7f])?$"
SLUG = r"^[A-Za-z0-9_-]{1,40}$"


class ReceiptField(TextField):
    """The number of a receipt as it is printed: what nobody sees of it makes no other one.

    Upper and lower case are two: tills print both.
    """

    def to_internal_value(self, data: Any) -> str:
        told = unicodedata.normalize("NFC", super().to_internal_value(data))
        seen = "".join(sign for sign in told if unicodedata.category(sign) != "Cf").strip()
        if not seen:
            self.fail("blank")
        return seen


class NothingInput(StrictSerializer):
    """An empty object: the address says it all."""


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


class SpenderInput(StrictSerializer):
    """Who spends; where the programme asks for the code on their phone, shown by it."""

    member = BuyerInput()
    spend_proof = TextField(
        max_length=300, required=False, default=str,
        help_text="The token of `lookupMember`, where `member` is not the code itself.",
    )  # fmt: skip


class CustomerInput(BuyerInput):
    """Exactly one identifier, the member's id, or the Idempotency-Key that enrolled them."""

    key = TextField(max_length=255, required=False)


class ConsentInput(StrictSerializer):
    """One answer, to one version of a text."""

    channel = serializers.ChoiceField(choices=[value.lower() for value in ConsentChannel.values])
    purpose = serializers.ChoiceField(choices=[value.lower() for value in ConsentPurpose.values])
    given = YesNoField()
    text_version = TextField(
        max_length=40,
        help_text="The wording that was shown: one of the product's, or your own, which you keep.",
    )

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
    store = PatternField(SLUG, required=False)
    consents = serializers.ListField(child=ConsentInput(), required=False, max_length=20)
    referral_code = TextField(
        max_length=40, required=False, help_text="Of the member who brings them: 7KQ-2M9-1XT."
    )

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

    sku = TextField(
        max_length=60, required=False,
        help_text="What the line leaves out of name, category, brand and tags is its product's.",
    )  # fmt: skip
    name = TextField(max_length=120, required=False)
    category = TextField(max_length=40, required=False)
    brand = PatternField(_LABEL, required=False)
    tags = serializers.ListField(child=PatternField(SLUG), required=False, max_length=20)
    quantity = QuantityField(required=False)
    amount = MoneyField(may_be_negative=True, source="amount_cents")
    tax = MoneyField(
        may_be_negative=True, source="tax_cents", required=False,
        help_text="The tax that the amount includes.",
    )  # fmt: skip


class PaymentInput(StrictSerializer):
    """One means of payment, and how much of the total it paid.

    `points` names a hold and `voucher` a code, which pay what they are worth, as far as the
    other payments leave any of the total, or the amount that is sent. Points that a till let go
    without a network are `points` with `offline` and the amount, where the programme allows it.
    """

    means = PatternField(_MEANS)
    amount = MoneyField(
        source="amount_cents", required=False, help_text="Needed but of a hold or a voucher."
    )
    hold = TextField(max_length=40, required=False)
    voucher = TextField(max_length=60, required=False)
    offline = YesNoField(
        required=False, help_text="True of points that were let go without a network."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_offline = attrs.get("offline", False)
        points = set() if is_offline else {"hold"}
        asked = {"points": points, "voucher": {"voucher"}}.get(attrs["means"], set())
        for name in ("hold", "voucher"):
            if (name in attrs) != (name in asked):
                words = _("A hold pays as points, and a code as a voucher.")
                raise serializers.ValidationError({name: words}, code="not-its-means")
        if is_offline and attrs["means"] != "points":
            words = _("Points alone are let go without a network.")
            raise serializers.ValidationError({"offline": words}, code="not-its-means")
        if not asked and "amount_cents" not in attrs:
            raise serializers.ValidationError(
                {"amount": _("Say how much it paid.")}, code="required"
            )
        return attrs


class PurchaseInput(StrictSerializer):
    """One receipt. `member` is null for an anonymous sale, and is never left out."""

    member = CustomerInput(allow_null=True)
    receipt = ReceiptField(max_length=80, required=False)
    occurred_at = MomentField(required=False, help_text="Now, when left out.")
    total = MoneyField(source="total_cents")
    tax = MoneyField(
        source="tax_cents", required=False, help_text="The tax that the total includes."
    )
    store = PatternField(SLUG, required=False)
    till = TextField(max_length=40, required=False)
    channel = PatternField(SLUG, max_length=20, required=False)
    lines = serializers.ListField(child=LineInput(), required=False, max_length=500)
    payments = serializers.ListField(child=PaymentInput(), required=False, max_length=20)


class SaleInput(StrictSerializer):
    """A sale by the Idempotency-Key that recorded it, or by its receipt, till and business day."""

    limits = {
        "oneOf": [{"required": ["key"]}, {"required": ["receipt", "business_on"]}],
    }

    key = TextField(max_length=255, required=False)
    receipt = ReceiptField(max_length=80, required=False)
    business_on = DayField(required=False)
    till = TextField(max_length=40, required=False, help_text="This client, when left out.")
    store = PatternField(SLUG, required=False, help_text="This client's, when left out.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() != {"key"} and not (
            {"receipt", "business_on"} <= attrs.keys() and "key" not in attrs
        ):
            raise serializers.ValidationError(
                _("Send the key, or the receipt with its business day."), code="one-identifier"
            )
        return attrs


class ReturnLineInput(StrictSerializer):
    """How many of one line of the sale come back. The first line is 1."""

    line = PositionField()
    quantity = QuantityField()


class ReturnInput(StrictSerializer):
    """What comes back of a sale: lines, or an amount; all that is left without either."""

    limits = {"not": {"required": ["lines", "amount"]}}

    sale = SaleInput(required=False, help_text="Where the address says - instead of an id.")
    receipt = ReceiptField(max_length=80, required=False, help_text="Of the return itself.")
    occurred_at = MomentField(required=False, help_text="Now, when left out.")
    lines = serializers.ListField(
        child=ReturnLineInput(), required=False, min_length=1, max_length=500
    )
    amount = MoneyField(source="amount_cents", required=False, help_text="Above zero.")
    store = PatternField(SLUG, required=False)
    till = TextField(max_length=40, required=False)
    channel = PatternField(SLUG, max_length=20, required=False)

    def validate_lines(self, value: list[dict[str, Any]]) -> dict[int, Decimal]:
        quantities = {told["line"]: told["quantity"] for told in value}
        if len(quantities) < len(value):
            raise serializers.ValidationError(_("A line is named once."), code="repeated")
        return quantities

    def validate_amount(self, value: int) -> int:
        if not value:
            raise serializers.ValidationError(_("Nothing would come back."), code="zero")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if {"lines", "amount_cents"} <= attrs.keys():
            raise serializers.ValidationError(
                _("Send lines or an amount, not both."), code="lines-or-amount"
            )
        return attrs
