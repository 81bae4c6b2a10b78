from fractions import Fraction

import pytest

from analytics import intervals
from analytics.intervals import Interval


def within(low: str, high: str) -> Interval:
    return Interval(Fraction(low), Fraction(high))


class TestOfShare:
    @pytest.mark.parametrize(
        ("part", "whole", "expected"),
        [
            # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
            (81, 263, within("0.2553", "0.3662")),
            (15, 148, within("0.0624", "0.1605")),
            (0, 20, within("0", "0.1611")),
            (1, 29, within("0.0061", "0.1718")),
        ],
    )
    def test_is_wilsons(self, part: int, whole: int, expected: Interval):
        assert intervals.of_share(part=part, whole=whole) == expected

    def test_of_nothing_is_not_available(self):
        assert intervals.of_share(part=0, whole=0) is None


class TestOfNetScore:
    def test_adds_three_answers_before(self):
        found = intervals.of_net_score(promoters=100, passives=30, detractors=80)

        assert found == within("-2.9427", "21.7221")

    def test_stays_on_its_scale_and_never_has_no_width(self):
        all_in_favour = intervals.of_net_score(promoters=5, passives=0, detractors=0)

        assert all_in_favour == within("17.4915", "100")
        assert intervals.of_net_score(promoters=0, passives=0, detractors=5) == within(
            "-100", "-17.4915"
        )

    def test_of_nothing_is_not_available(self):
        assert intervals.of_net_score(promoters=0, passives=0, detractors=0) is None


class TestOfMean:
    def test_is_students(self):
        found = intervals.of_mean(scores={3: 1, 4: 1, 5: 1, 6: 1, 7: 1}, lowest=1, highest=7)

        assert found == within("3.0368", "6.9632")

    def test_stays_on_its_scale(self):
        assert intervals.of_mean(scores={1: 1, 7: 1}, lowest=1, highest=7) == within("1", "7")

    def test_of_one_is_not_available(self):
        assert intervals.of_mean(scores={7: 1}, lowest=1, highest=7) is None
