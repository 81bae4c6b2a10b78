from fractions import Fraction

from analytics.figures import Figure, median, ratio


class TestRatio:
    def test_is_exact(self) -> None:
        assert ratio(1, 3) == Figure(Fraction(1, 3), 1, 3)

    def test_over_nothing_is_not_available(self) -> None:
        assert ratio(0, 0) == Figure(None, 0, 0)


class TestMedian:
    def test_of_an_odd_number_is_the_middle(self) -> None:
        assert median({0: 2, 5: 1, 9: 2}) == 5

    def test_of_an_even_number_is_between_the_two_middles(self) -> None:
        assert median({0: 1, 3: 1, 4: 1, 9: 1}) == Fraction(7, 2)

    def test_of_nothing_is_not_available(self) -> None:
        assert median({}) is None
