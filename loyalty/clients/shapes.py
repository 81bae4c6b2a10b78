"""What clients may send, field by field: nothing unknown, nothing that could be read two ways."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from loyalty.core import money

_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,11})(\.\d{1,4})?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = range(1900, 2200)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuse names it does not know, each with its pointer, beside what else is wrong.

    `limits` are those of JSON Schema that its own checks add to its fields.
    """

    limits: ClassVar[Mapping[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        unknown = self._unknown(data)
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            if unknown and isinstance(error.detail, dict):
                raise ValidationError({**error.detail, **unknown}) from error
            raise
        if unknown:
            raise ValidationError(unknown)
        return values

    def _unknown(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            return {}
        known = {name for name, field in self.fields.items() if not field.read_only}
        words = ErrorDetail(str(_("This is not something this call knows.")), code="unknown-field")
        return {name: [words] for name in data if name not in known}


@extend_schema_field({"type": "string", "minLength": 1, "pattern": r"\S"})
class TextField(serializers.CharField):
    """Text, sent as text: a number is not quietly turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PatternField(serializers.RegexField):
    """Text of one form, sent as text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeField(serializers.IntegerField):
    """A whole number from 1, sent as a JSON integer."""

    most: ClassVar[int]

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=self.most, **options)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": 10_000})
class PositionField(WholeField):
    """A place in a list, the first being 1."""

    most = 10_000


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": 1_000_000_000})
class PointsField(WholeField):
    """A number of points."""

    most = 1_000_000_000


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": 1_440})
class MinutesField(WholeField):
    """How long something lasts: a day at most."""

    most = 1_440


@extend_schema_field({"type": "string", "format": "date"})
class DayField(serializers.Field[date, str, str, Any]):
    """A calendar day as 2026-11-21."""

    default_error_messages = {"day": _('Send a day as "2026-11-21".')}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not _DAY.fullmatch(data):
            self.fail("day")
        try:
            day = date.fromisoformat(data)
        except ValueError:
            self.fail("day")
        if day.year not in _YEARS:
            self.fail("day")
        return day


@extend_schema_field({"type": "boolean"})
class YesNoField(serializers.BooleanField):
    """true or false, and none of the words that are sometimes taken for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class MoneyField(serializers.Field[int, str, str, Any]):
    """A decimal string in the programme's currency, read as cents. Never a JSON number.

    It needs `currency` in the serializer's context.
    """

    default_error_messages = {
        "decimal-string": _('Send money as a decimal string: "13.80".'),
        "too-many-decimals": _("The currency has fewer decimals."),
        "negative": _("This amount cannot be below zero."),
    }

    def __init__(self, *, may_be_negative: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.may_be_negative = may_be_negative

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _DECIMAL.fullmatch(data):
            self.fail("decimal-string")
        try:
            cents = money.to_cents(amount=Decimal(data), currency=self.context["currency"])
        except ValueError:
            self.fail("too-many-decimals")
        if data.startswith("-") and not self.may_be_negative:
            self.fail("negative")
        return cents


@extend_schema_field(
    {"type": "string", "pattern": r"^(?=.*[1-9])(0|[1-9]\d{0,8})(\.\d{1,3})?$", "examples": ["2"]}
)
class QuantityField(serializers.Field[Decimal, str, str, Any]):
    """A decimal string above zero with at most three decimals. Never a JSON number."""

    default_error_messages = {
        "decimal-string": _('Send a quantity as a decimal string above zero: "2" or "0.250".'),
    }
    _shape = re.compile(r"(0|[1-9]\d{0,8})(\.\d{1,3})?", re.ASCII)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not self._shape.fullmatch(data) or not Decimal(data):
            self.fail("decimal-string")
        return Decimal(data)


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.Field[datetime, str, str, Any]):
    """A moment of RFC 3339, with its offset."""

    default_error_messages = {
        "moment": _('Send a moment with its offset: "2026-11-21T10:15:00+01:00".'),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not _MOMENT.fullmatch(data):
            self.fail("moment")
        try:
            moment = datetime.fromisoformat(data.upper())
        except ValueError:
            self.fail("moment")
        if moment.year not in _YEARS:
            self.fail("moment")
        return moment
