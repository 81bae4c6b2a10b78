"""Money at the doors: decimal strings outside, whole cents (minor units) inside. Pure."""

from decimal import Decimal

from babel.numbers import get_currency_precision


def places(*, currency: str) -> int:
    """Return how many decimals a currency has: 2 for EUR, 0 for JPY."""
    return get_currency_precision(currency)


def to_cents(*, amount: Decimal, currency: str) -> int:
    """Return minor units. Refuses with ValueError what has more decimals than the currency."""
    cents = amount.scaleb(places(currency=currency))
    if cents != cents.to_integral_value():
        raise ValueError
    return int(cents)


def to_text(*, cents: int, currency: str) -> str:
    """Return a decimal string with all the currency's decimals: 1380 cents is "13.80"."""
    decimals = places(currency=currency)
    return f"{Decimal(cents).scaleb(-decimals):.{decimals}f}"
