"""What a reward costs, in words."""

from collections.abc import Mapping, Sequence

from loyalty.core import languages
from loyalty.programmes.rulebook import Rulebook
from loyalty.templatetags import look
from rewards.pricing import Price


def in_words(prices: Sequence[Price], *, book: Rulebook) -> str:
    """Return prices that are paid together: "200 points + 1 tampon"."""
    return " + ".join(_price(price, book) for price in prices)


def _price(price: Price, book: Rulebook) -> str:
    if price.wallet == book.spending_wallet:
        return look.points(price.points)
    wallet = book.wallet(price.wallet)
    unit = languages.in_language(french=wallet.name_fr, english=wallet.name_en) or wallet.code
    return f"{look.number(price.points)}\N{NO-BREAK SPACE}{unit.lower()}"


def left_over(prices: Sequence[Price], *, held: Mapping[str, int], book: Rulebook) -> str:
    """Return what there will be after paying, in the same words."""
    after = [Price(price.wallet, held.get(price.wallet, 0) - price.points) for price in prices]
    return in_words(after, book=book)


def as_text(prices: Sequence[Price]) -> str:
    """Return prices as a form carries them, to be agreed to: "points:200 stamps:1"."""
    return " ".join(f"{price.wallet}:{price.points}" for price in prices)


def from_text(text: str) -> tuple[Price, ...]:
    """Return the prices that `as_text` wrote; what it never writes is no price at all."""
    pairs = (word.rpartition(":") for word in text.split())
    return tuple(
        Price(wallet, int(points))
        for wallet, _colon, points in pairs
        if points.isascii() and points.isdigit() and len(points) < 19
    )
