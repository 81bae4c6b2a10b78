from decimal import Decimal

import pytest

from loyalty.core import money


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "currency", "cents"),
        [("13.80", "EUR", 1380), ("-0.05", "EUR", -5), ("7", "JPY", 7), ("1.234", "TND", 1234)],
    )
    def test_is_cents_inside_and_text_outside(self, text: str, currency: str, cents: int):
        assert money.to_cents(amount=Decimal(text), currency=currency) == cents
        assert money.to_text(cents=cents, currency=currency) == text

    @pytest.mark.parametrize(("text", "currency"), [("13.801", "EUR"), ("7.5", "JPY")])
    def test_is_never_rounded_on_the_way_in(self, text: str, currency: str):
        with pytest.raises(ValueError):
            money.to_cents(amount=Decimal(text), currency=currency)

    def test_shows_all_its_digits(self):
        assert money.to_text(cents=5, currency="EUR") == "0.05"
        assert money.to_text(cents=0, currency="EUR") == "0.00"
