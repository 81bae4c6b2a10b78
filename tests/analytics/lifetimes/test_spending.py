"""The gamma-gamma model."""

import numpy as np
import pytest

from analytics.lifetimes import histories, spending
from analytics.lifetimes.spending import Spending

PUBLISHED = Spending(p=6.25, q=3.74, v=15.44, log_likelihood=-4058.0)
EVERYBODY = 6.25 * 15.44 / 2.74


def test_expects_of_who_never_came_back_what_everybody_spends() -> None:
    nobody = histories.tell([(1, 0, 0, 70, 0)])

    assert PUBLISHED.get_expected(nobody)[0] == pytest.approx(EVERYBODY)


def test_expects_of_who_returned_all_of_it_what_everybody_spends() -> None:
    told = histories.tell([(1, 2, 7, 70, -500)])

    assert PUBLISHED.get_expected(told)[0] == pytest.approx(EVERYBODY)


def test_comes_nearer_to_what_a_member_spends_with_each_day_seen() -> None:
    """Days of 50.00: one, two, and ninety of them."""
    told = histories.tell([(1, 1, 7, 70, 5_000), (2, 2, 7, 70, 10_000), (3, 90, 7, 700, 450_000)])

    one, two, many = PUBLISHED.get_expected(told)

    assert EVERYBODY < one < two < many < 50
    assert round(float(many), 1) == 49.9


def test_finds_the_parameters_that_made_the_histories() -> None:
    """20,000 members by a seed, each with a scale and up to seven days of their own."""
    rng = np.random.default_rng(3)
    scales, days = rng.gamma(4.0, 1 / 16.0, size=20_000), rng.integers(1, 8, size=20_000)
    cents = np.rint(rng.gamma(6.0 * days, 1 / scales) * 100).astype(int)
    rows = [(n, int(days[n]), 7, 70, int(cents[n])) for n in range(20_000)]

    found = spending.fit(histories.tell(rows))

    assert found is not None
    assert (found.p, found.q, found.v) == pytest.approx((6.0, 4.0, 16.0), rel=0.1)


def test_finds_nothing_where_nobody_came_back() -> None:
    assert spending.fit(histories.tell([(1, 0, 0, 70, 0)])) is None
