"""What points are worth at a till, and how many of them may pay. Pure; amounts are cents."""

from fractions import Fraction
from math import ceil, floor

from loyalty.programmes import money
from loyalty.programmes.rulebook import Rulebook


def worth(*, points: int, book: Rulebook) -> int:
    """Return the cents that points pay, rounded down."""
    return floor(points * _cents_of_one(book))


def points_for(*, cents: int, book: Rulebook) -> int:
    """Return the fewest points that pay an amount; where none pay just that, the most below it."""
    one = _cents_of_one(book)
    if not one:
        return 0
    points = ceil(cents / one)
    return points if worth(points=points, book=book) <= cents else points - 1


def least(*, book: Rulebook) -> int:
    """Return how many points pay at least: as the programme says, and one cent."""
    one = _cents_of_one(book)
    return max(book.pay_least_points, ceil(1 / one) if one else 1)


def most(*, basket_cents: int | None, book: Rulebook) -> int | None:
    """Return how many points may pay for a basket, or for one not told; None: without an end.

    0 where they are worth nothing, or pay no share. Of a basket they pay its share at most.
    """
    caps = [] if book.pay_most_points is None else [book.pay_most_points]
    if not book.pay_share_percent or not book.value_of_point:
        return 0
    if basket_cents is not None:
        share = basket_cents * book.pay_share_percent // 100
        caps.append(points_for(cents=share, book=book))
    return min(caps, default=None)


def _cents_of_one(book: Rulebook) -> Fraction:
    return Fraction(book.value_of_point.scaleb(money.places(currency=book.currency)))
