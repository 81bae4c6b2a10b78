"""What a merchant writes down, and what the till must then give."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from loyalty.programmes.occasions import Basket, MemberFacts
from loyalty.programmes.rules import evaluate
from tests.programmes.build import basket, book, rate, said, sale, times

# 12 red at 1.00, 100 blue at 1.00, and 40.00 of delivery.
BASE = basket(("red", 1_200), ("blue", 10_000), ("delivery", 4_000))
OF_19_99 = basket(total=1_999)


@dataclass(frozen=True, kw_only=True)
class Example:
    """Rules of a programme, what one member buys in turn, and the points of it all."""

    rules: dict[str, Any]
    points: int
    baskets: tuple[Basket, ...] = (BASE,)
    settings: dict[str, Any] = field(default_factory=dict)


EXAMPLES = {
    "4 points per unit": Example(rules={"base": said(rate("4"))}, points=608),
    "4 points per unit, never on the blue SKU": Example(
        rules={"base": said(rate("4"), excluded_skus=["SKU-blue"])}, points=208
    ),
    "4 points per unit, never on red": Example(
        rules={"base": said(rate("4"), excluded_categories=["red"])}, points=560
    ),
    "4 points per unit, on red alone": Example(
        rules={"base": said(rate("4"), categories=["red"])}, points=48
    ),
    "4 points per unit, neither on red nor on delivery": Example(
        rules={"base": said(rate("4"), excluded_categories=["red", "delivery"])}, points=400
    ),
    "10 points per unit, and 4 points per unit on top": Example(
        rules={"ten": said(rate("10")), "four": said(rate("4"))}, points=2_128
    ),
    "4 points per unit, red three times": Example(
        rules={"base": said(rate("4")), "red": said(times("3"), categories=["red"])}, points=704
    ),
    "4 points per unit, red three times and blue six times": Example(
        rules={
            "base": said(rate("4")),
            "red": said(times("3"), categories=["red"]),
            "blue": said(times("6"), categories=["blue"]),
        },
        points=2_704,
    ),
    "4 points per unit, for orders of at least 300": Example(
        rules={"base": said(rate("4"), minimum_basket_cents=30_000)}, points=0
    ),
    "4 points per unit, for orders of at least 152": Example(
        rules={"base": said(rate("4"), minimum_basket_cents=15_200)}, points=608
    ),
    "1 per unit of 19.99": Example(rules={"one": said(rate())}, baskets=(OF_19_99,), points=19),
    "1 per 2 units of 19.99": Example(
        rules={"half": said(rate(per_cents=200))}, baskets=(OF_19_99,), points=9
    ),
    "1 per unit and 1 per 2 units of 19.99, summed": Example(
        rules={"one": said(rate()), "half": said(rate(per_cents=200))},
        baskets=(OF_19_99,),
        points=28,
    ),
    "1 per unit of 19.99, twice": Example(
        rules={"one": said(rate()), "twice": said(times("2"))}, baskets=(OF_19_99,), points=38
    ),
    "1 per unit of 19.99, one and a half times, rounded down": Example(
        rules={"one": said(rate()), "more": said(times("1.5"))},
        baskets=(OF_19_99,),
        settings={"rounding": "FLOOR"},
        points=28,
    ),
    "1 per unit of 19.99, one and a half times, halves rounded up": Example(
        rules={"one": said(rate()), "more": said(times("1.5"))},
        baskets=(OF_19_99,),
        settings={"rounding": "HALF_UP"},
        points=29,
    ),
    "1 per unit of 19.99, one and a half times, rounded up": Example(
        rules={"one": said(rate()), "more": said(times("1.5"))},
        baskets=(OF_19_99,),
        settings={"rounding": "CEILING"},
        points=29,
    ),
    "3 per 10 units of 19.99": Example(
        rules={"three": said(rate("3", 1_000))}, baskets=(OF_19_99,), points=3
    ),
    "0.3 per unit of 19.99": Example(
        rules={"fine": said(rate("0.3"))}, baskets=(OF_19_99,), points=5
    ),
    "1 per 50 units, carried over: 30 and then 20": Example(
        rules={"fifty": said(rate(per_cents=5_000, carries=True))},
        baskets=(basket(total=3_000), basket(total=2_000)),
        points=1,
    ),
    "1 per 50 units, not carried over: 30 and then 20": Example(
        rules={"fifty": said(rate(per_cents=5_000))},
        baskets=(basket(total=3_000), basket(total=2_000)),
        points=0,
    ),
    "1 per 50 units, carried over: 80, then 10, then 60": Example(
        rules={"fifty": said(rate(per_cents=5_000, carries=True))},
        baskets=(basket(total=8_000), basket(total=1_000), basket(total=6_000)),
        points=3,
    ),
}


def points_of(example: Example) -> int:
    """Return the points of the purchases in turn, each knowing what those before carried."""
    rules, carried, points = book(**example.settings, **example.rules), {}, 0
    for bought in example.baskets:
        award = evaluate(occasion=sale(bought, member=MemberFacts(carried=carried)), book=rules)
        carried |= {one.rule: one.after_cents for one in award.carried}
        points += award.points
    return points


@pytest.mark.parametrize("words", EXAMPLES)
def test_the_till_gives_what_the_merchant_wrote_down(words: str):
    assert points_of(EXAMPLES[words]) == EXAMPLES[words].points
