"""Welch's test against figures of the literature."""

import pytest

from analytics.welch import Difference, Sample, below, compare, quantile


def sample(*values: int) -> Sample:
    return Sample(len(values), sum(values), sum(value * value for value in values))


class TestStudent:
    @pytest.mark.parametrize(
        ("share", "freedom", "t"),
        [(0.975, 1, 12.7062), (0.975, 10, 2.2281), (0.975, 1_000_000, 1.9600), (0.95, 5, 2.0150)],
    )
    def test_has_the_quantiles_of_the_tables(self, share, freedom, t):
        assert quantile(share=share, freedom=freedom) == pytest.approx(t, abs=1e-4)
        assert below(t=t, freedom=freedom) == pytest.approx(share, abs=1e-5)


class TestCompare:
    def test_gives_what_welch_gives(self):
        # Variances of 10 and 25: an error of √7, 49 ÷ 7.25 = 6.76 degrees of freedom, t = −2.268.
        first = sample(10, 12, 14, 16, 18)
        second = sample(15, 17, 19, 21, 28)

        found = compare(first=first, second=second)

        assert isinstance(found, Difference)
        assert found.value == -6
        assert found.low == pytest.approx(-6 - 2.3818 * 7**0.5, abs=1e-3)
        assert found.high == pytest.approx(-6 + 2.3818 * 7**0.5, abs=1e-3)
        assert found.p == pytest.approx(0.0590, abs=1e-4)

    def test_is_even_for_equal_groups(self):
        found = compare(first=sample(1, 2, 3), second=sample(1, 2, 3))

        assert found is not None
        assert (found.value, found.p) == (0, 1)
        assert found.low == -found.high

    @pytest.mark.parametrize(("first", "second"), [((1,), (1, 2)), ((1, 2), ()), ((5, 5), (5, 5))])
    def test_is_none_without_two_values_a_group_or_without_spread(self, first, second):
        assert compare(first=sample(*first), second=sample(*second)) is None

    def test_is_exact_for_large_amounts(self):
        assert sample(*(10**12 + n for n in range(3))).variance == 1
