"""The chain ladder against its published example, and the pooled share worked by hand."""

from fractions import Fraction

import pytest

from analytics import triangles
from analytics.triangles import Origin

# Taylor and Ashe (1983), as in Mack (1993), table 1: cumulative claims by year.
TAYLOR_ASHE = [
    (357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463),
    (352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085),
    (290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315),
    (310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268),
    (443160, 1136350, 2128333, 2897821, 3402672, 3873311),
    (396132, 1333217, 2180715, 2985752, 3691712),
    (440832, 1288463, 2419861, 3483130),
    (359480, 1421128, 2864498),
    (376686, 1363294),
    (344014,),
]
FACTORS = [3.491, 1.747, 1.457, 1.174, 1.104, 1.086, 1.054, 1.077, 1.018]
# In thousands, by year; in all 18,681.
STILL_TO_COME = [0, 95, 470, 710, 985, 1419, 2178, 3920, 4279, 4626]


class TestPublishedExample:
    def test_grows_from_age_to_age_as_mack_says(self) -> None:
        origins = [Origin(1, row) for row in TAYLOR_ASHE]

        assert [round(float(one or 0), 3) for one in triangles.factors(origins)] == FACTORS

    def test_leaves_to_come_what_mack_says(self) -> None:
        origins = [Origin(1, row) for row in TAYLOR_ASHE]

        ends = triangles.ultimates(origins)
        to_come = [(end or 0) - row[-1] for end, row in zip(ends, TAYLOR_ASHE, strict=True)]

        assert [round(float(one) / 1000) for one in to_come] == STILL_TO_COME
        assert round(float(sum(to_come)) / 1000) == 18_681


class TestExpectedShare:
    def test_counts_each_month_as_far_as_it_has_come(self) -> None:
        # From age 0 to 1 it doubles (20 → 40 and 10 → 20); from 1 to 2 it grows by half.
        origins = [
            Origin(100, (20, 40, 60)),
            Origin(100, (10, 20)),
            Origin(100, (5,)),
        ]

        assert triangles.factors(origins) == [2, Fraction(3, 2)]
        assert triangles.reached(origins) == [Fraction(1, 3), Fraction(2, 3), 1]
        # 85 redeemed, of 100 + 66.67 + 33.33 points that have come so far.
        assert triangles.expected_share(origins) == Fraction(85, 200)

    def test_takes_a_young_month_for_young(self) -> None:
        origins = [Origin(100, (0, 40)), Origin(900, (0,))]

        assert triangles.expected_share(origins) == Fraction(40, 100)

    def test_is_not_undone_by_a_first_month_of_which_nobody_redeemed(self) -> None:
        # 10 points of a trial, which were followed for longest; 40 % of all others came back.
        origins = [Origin(10, (0, 0, 0)), Origin(100, (20, 40)), Origin(100, (20,))]

        assert triangles.factors(origins) == [2, 1]
        assert triangles.reached(origins) == [Fraction(1, 2), 1, 1]
        assert triangles.expected_share(origins) == Fraction(60, 10 + 100 + 50)

    def test_is_the_plain_share_once_all_is_told(self) -> None:
        assert triangles.expected_share([Origin(100, (30,)), Origin(50, (15,))]) == Fraction(
            45, 150
        )

    @pytest.mark.parametrize("origins", [[], [Origin(100, (0, 0))]])
    def test_is_unknown_where_nobody_ever_redeemed(self, origins: list[Origin]) -> None:
        assert triangles.expected_share(origins) is None
