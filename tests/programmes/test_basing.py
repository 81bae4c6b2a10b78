"""What counts of a basket, as the programme has it."""

from typing import Any

import pytest

from loyalty.programmes.occasions import Basket, Line
from loyalty.programmes.rules import evaluate
from tests.programmes.build import book, fixed, rate, said, sale, times

# 100.00 of coffee with 20.00 of tax in it, and 50.00 of books with 2.50.
LINES = (
    Line(position=1, category="coffee", amount_cents=10_000, tax_cents=2_000),
    Line(position=2, category="books", amount_cents=5_000, tax_cents=250),
)
COFFEE = said(rate(), categories=["coffee"])


def points(bought: Basket, *, base: Any = None, **settings: Any) -> int:
    rules = settings.pop("rules", {"base": base or said(rate())})
    return evaluate(occasion=sale(bought), book=book(**settings, **rules)).points


class TestTax:
    @pytest.mark.parametrize(
        ("counts_tax", "base", "given"),
        [(True, said(rate()), 150), (False, said(rate()), 127), (False, COFFEE, 80)],
    )
    def test_told_line_by_line_counts_as_the_programme_says(self, counts_tax, base, given):
        bought = Basket(total_cents=15_000, lines=LINES)

        assert points(bought, base=base, counts_tax=counts_tax) == given

    def test_told_for_the_whole_leaves_each_line_in_proportion(self):
        lines = tuple(Line(position=n, category=c, amount_cents=5_000)
                      for n, c in enumerate(["coffee", "books"], start=1))  # fmt: skip
        bought = Basket(total_cents=10_000, tax_cents=2_000, lines=lines)

        assert points(bought, counts_tax=False) == 80
        assert points(bought, base=COFFEE, counts_tax=False) == 40

    def test_of_a_basket_without_lines_is_left_out(self):
        assert points(Basket(total_cents=12_000, tax_cents=2_000), counts_tax=False) == 100

    def test_that_nobody_told_is_none(self):
        assert points(Basket(total_cents=12_000), counts_tax=False) == 120


class TestWhatPointsAndGiftCardsPaid:
    PAID = (("gift-card", 3_000), ("card", 7_000))

    def test_counts_unless_the_programme_says_otherwise(self):
        assert points(Basket(total_cents=10_000, payments=self.PAID)) == 100

    def test_is_not_counted_of_the_whole_nor_of_a_line(self):
        lines = (
            Line(position=1, category="coffee", amount_cents=6_000),
            Line(position=2, category="books", amount_cents=4_000),
        )
        bought = Basket(total_cents=10_000, lines=lines, payments=self.PAID)

        assert points(bought, unearning_means=("gift-card",)) == 70
        assert points(bought, base=COFFEE, unearning_means=("gift-card",)) == 42

    def test_is_not_counted_beside_the_tax(self):
        bought = Basket(total_cents=10_000, tax_cents=2_000, payments=self.PAID)

        assert points(bought, counts_tax=False, unearning_means=("gift-card",)) == 56

    def test_is_not_multiplied(self):
        rules = {"base": said(rate()), "twice": said(times("2"))}
        bought = Basket(total_cents=10_000, payments=self.PAID)

        assert points(bought, rules=rules, unearning_means=("gift-card",)) == 140

    def test_still_counts_for_the_smallest_basket_and_for_units(self):
        rules = {
            "bonus": said(fixed(5), minimum_basket_cents=10_000),
            "units": said({"give": "per-unit", "points": "3"}),
        }
        bought = Basket(total_cents=10_000, payments=(("gift-card", 10_000),))

        assert points(bought, rules=rules, unearning_means=("gift-card",)) == 8

    def test_leaves_nothing_of_a_basket_that_they_paid_whole(self):
        bought = Basket(total_cents=10_000, payments=(("gift-card", 10_000),))

        assert points(bought, unearning_means=("gift-card",)) == 0
