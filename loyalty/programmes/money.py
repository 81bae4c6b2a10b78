"""The programme's currency: which can be one, and how an amount of it is read. Pure."""

from decimal import Decimal

from babel import numbers

from loyalty.core.money import places, to_cents, to_text

__all__ = ["is_currency", "places", "to_cents", "to_text", "to_words"]

_NOT_MONEY = frozenset({"XXX", "XTS"})


def is_currency(*, code: str) -> bool:
    """Say whether a code is a currency of ISO 4217 that people pay with."""
    is_code = len(code) == 3 and code.isalpha() and code.isupper()
    return is_code and numbers.is_currency(code) and code not in _NOT_MONEY


def to_words(*, cents: int, currency: str, language: str) -> str:
    """Return an amount as people write it in a language, with a true minus: 13,80 €, −€13.80."""
    amount = Decimal(cents).scaleb(-places(currency=currency))
    return numbers.format_currency(amount, currency, locale=language).replace("-", "−")
