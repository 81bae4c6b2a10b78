"""What points are worth at a till, and how many may pay: a table."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from loyalty.programmes import paying
from loyalty.programmes.rulebook import Rulebook


def book(value: str = "0.01", *, currency: str = "EUR", **said: int | None) -> Rulebook:
    return Rulebook(
        revision="r",
        name="Café",
        currency=currency,
        zone=ZoneInfo("Europe/Paris"),
        spending_wallet="points",
        value_of_point=Decimal(value),
        **said,
    )


class TestWorth:
    @pytest.mark.parametrize(
        ("value", "currency", "points", "cents"),
        [
            ("0.01", "EUR", 500, 500),
            ("0.005", "EUR", 3, 1),
            ("0.03", "EUR", 33, 99),
            ("1", "JPY", 500, 500),
            ("0", "EUR", 500, 0),
        ],
    )
    def test_is_rounded_down(self, value: str, currency: str, points: int, cents: int):
        assert paying.worth(points=points, book=book(value, currency=currency)) == cents


class TestPointsFor:
    @pytest.mark.parametrize(
        ("value", "cents", "points"),
        [
            ("0.01", 500, 500),
            # 142 pay 99, 143 pay 100.
            ("0.007", 100, 143),
            # 33 pay 99, 34 would pay 102.
            ("0.03", 100, 33),
            ("0.03", 2, 0),
            ("0", 100, 0),
        ],
    )
    def test_are_the_fewest_that_pay_it_or_the_most_below_it(
        self, value: str, cents: int, points: int
    ):
        assert paying.points_for(cents=cents, book=book(value)) == points


class TestBounds:
    @pytest.mark.parametrize(
        ("said", "basket", "most"),
        [
            ({}, None, None),
            ({}, 1_380, 1_380),
            ({"pay_share_percent": 50}, 1_381, 690),
            ({"pay_share_percent": 0}, None, 0),
            ({"pay_most_points": 300}, None, 300),
            ({"pay_most_points": 300}, 200, 200),
        ],
    )
    def test_are_the_narrowest(self, said: dict[str, int], basket: int | None, most: int | None):
        assert paying.most(basket_cents=basket, book=book(**said)) == most

    def test_let_worthless_points_pay_nothing(self):
        assert paying.most(basket_cents=1_000, book=book("0")) == 0

    @pytest.mark.parametrize(
        ("value", "said", "least"), [("0.01", 1, 1), ("0.004", 1, 3), ("0.004", 100, 100)]
    )
    def test_begin_at_one_cent(self, value: str, said: int, least: int):
        assert paying.least(book=book(value, pay_least_points=said)) == least
