"""What of a basket counts: with or without tax, and not what points or gift cards paid. Pure.

Which rules hold is asked of the basket as it was bought; what they count is asked of this one.
"""

from dataclasses import replace
from fractions import Fraction

from loyalty.programmes.occasions import Basket
from loyalty.programmes.rulebook import Rulebook


def counted(*, basket: Basket, book: Rulebook) -> Basket:
    """Return the basket with what counts of its amounts, as the programme has it.

    Tax told line by line leaves each line; told for the whole, it leaves each in proportion,
    and so does what was paid by means that earn nothing.
    """
    share = _earning_share(basket, book)
    if book.counts_tax or not basket.all_tax_cents:
        return replace(basket, share=share)
    if not any(line.tax_cents for line in basket.lines):
        return replace(basket, share=share * _share_of(basket.tax_cents, basket.total_cents))
    lines = tuple(
        replace(line, amount_cents=line.amount_cents - line.tax_cents) for line in basket.lines
    )
    total = basket.total_cents - basket.all_tax_cents
    return replace(basket, lines=lines, total_cents=total, share=share)


def _earning_share(basket: Basket, book: Rulebook) -> Fraction:
    if not book.unearning_means or not basket.payments:
        return Fraction(1)
    paid = sum(cents for means, cents in basket.payments if means in book.unearning_means)
    return _share_of(paid, basket.total_cents)


def _share_of(cents: int, total: int) -> Fraction:
    """Return what is left of a total; of none, all of nothing."""
    return Fraction(max(0, total - max(0, cents)), total) if total > 0 else Fraction(1)
