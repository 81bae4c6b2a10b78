"""What is left of a sale once parts of it came back. Pure; amounts are cents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor


@dataclass(frozen=True, kw_only=True)
class Goods:
    """One line of a sale: how many were sold for how much, and how many came back so far."""

    position: int
    sold: Decimal
    amount_cents: int
    returned: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.sold - self.returned

    @property
    def returned_cents(self) -> int:
        """Return what was paid back for what came back, the last piece with the rest."""
        return share(whole=self.amount_cents, part=self.returned, of=self.sold)

    @property
    def left_cents(self) -> int:
        return self.amount_cents - self.returned_cents


@dataclass(frozen=True, kw_only=True)
class Sold:
    """A sale and how much of it came back so far: goods that were named, and amounts alone."""

    total_cents: int
    goods: Sequence[Goods] = ()
    by_amount_cents: int = 0
    has_amounts: bool = False

    @property
    def by_goods_cents(self) -> int:
        return sum(line.returned_cents for line in self.goods)

    @property
    def returned_cents(self) -> int:
        return self.by_goods_cents + self.by_amount_cents

    @property
    def left_cents(self) -> int:
        return self.total_cents - self.returned_cents

    @property
    def is_all_back(self) -> bool:
        """Say whether nothing is left: every piece is back, or amounts make up the total."""
        if self.has_amounts:
            return self.left_cents == 0
        return bool(self.goods) and not any(line.left for line in self.goods)

    def after(self, *, quantities: Mapping[int, Decimal]) -> "Sold":
        """Return the sale once these many of these positions are back too."""
        goods = [
            replace(line, returned=line.returned + quantities.get(line.position, Decimal(0)))
            for line in self.goods
        ]
        return replace(self, goods=goods)

    def after_amount(self, cents: int) -> "Sold":
        """Return the sale once an amount was given back too."""
        return replace(self, by_amount_cents=self.by_amount_cents + cents, has_amounts=True)


def share(*, whole: int, part: Decimal | int, of: Decimal | int) -> int:
    """Return the part of a whole that is due by now, rounded towards zero, all of it at the end.

    100 in thirds is 33, then 66, then 100; of nothing it is nothing.
    """
    if not of:
        return 0
    due = floor(abs(whole) * Fraction(part) / Fraction(of))
    return due if whole >= 0 else -due


def taken_back(*, earned: int, kept: int, sold: Sold, before: int) -> int:
    """Return how many points of a wallet are to have been taken back by now, in all.

    `kept` is the award of the goods that are left. Amounts take their share of that. Never
    below what was taken `before`, never above what was `earned`; all at the end.
    """
    if sold.is_all_back:
        return earned
    of_goods = min(max(earned - kept, 0), earned)
    of_amounts = share(
        whole=earned - of_goods,
        part=sold.by_amount_cents,
        of=sold.total_cents - sold.by_goods_cents,
    )
    return min(max(of_goods + of_amounts, before), earned)


def sum_up(quantities: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Return how many of each position there are in all."""
    found: dict[int, Decimal] = {}
    for position, quantity in quantities:
        found[position] = found.get(position, Decimal(0)) + quantity
    return found
