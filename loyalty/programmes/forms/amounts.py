"""Amounts as staff write them: decimals of the programme's currency on screen, cents inside."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty.programmes import money

# No column holds as many cents: 1e999999 is a number, too.
_TOO_MUCH = Decimal(10) ** 15


class AmountField(forms.DecimalField):
    """Shows and takes an amount of the programme's currency; its value is cents."""

    currency: str

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return money.to_text(cents=value, currency=self.currency)
        return value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        if amount is None:
            return None
        if abs(amount) >= _TOO_MUCH:
            raise ValidationError(_("This is too small or too large."), code="too-much")
        try:
            return money.to_cents(amount=amount, currency=self.currency)
        except ValueError as error:
            words = _("The currency has no such small amount.")
            raise ValidationError(words, code="too-fine") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class InCurrency:
    """Put before a form: its amounts are of `currency`, which the door sets on the class."""

    currency: str
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = self.currency
