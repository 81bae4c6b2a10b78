"""What comes back of each means of payment: a table, and what holds of any parts."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.splitting import Back, Paid, split


def in_parts(paid: list[Paid], parts: list[int], *, total: int) -> list[list[Back]]:
    """Split parts that come back one after the other."""
    came: list[list[Back]] = []
    for number, part in enumerate(parts):
        sofar = [
            Paid(
                cents=one.cents,
                points=one.points,
                back_cents=sum(back[place].cents for back in came),
                back_points=sum(back[place].points for back in came),
            )
            for place, one in enumerate(paid)
        ]
        came.append(
            split(paid=sofar, total_cents=total, before_cents=sum(parts[:number]), cents=part)
        )
    return came


class TestSplit:
    @pytest.mark.parametrize(
        ("paid", "parts", "came"),
        [
            ([], [100], [[]]),
            ([Paid(cents=100)], [30, 70], [[Back(cents=30)], [Back(cents=70)]]),
            # A hundred points in thirds: 33, 33 and 34, and what they paid as well.
            (
                [Paid(cents=100, points=100), Paid(cents=200)],
                [100, 100, 100],
                [
                    [Back(cents=33, points=33), Back(cents=67)],
                    [Back(cents=33, points=33), Back(cents=67)],
                    [Back(cents=34, points=34), Back(cents=66)],
                ],
            ),
            # Points that are worth less than a cent each.
            (
                [Paid(cents=5, points=1_000), Paid(cents=5)],
                [1, 9],
                [
                    [Back(cents=0, points=100), Back(cents=1)],
                    [Back(cents=5, points=900), Back(cents=4)],
                ],
            ),
        ],
    )
    def test_gives_each_its_share_and_the_rest_at_the_end(
        self, paid: list[Paid], parts: list[int], came: list[list[Back]]
    ):
        assert in_parts(paid, parts, total=sum(parts)) == came

    @given(
        paid=st.lists(
            st.builds(
                Paid, cents=st.integers(0, 900), points=st.sampled_from([0, 0, 1, 7, 1_000])
            ),
            min_size=1,
            max_size=4,
        ),
        cuts=st.lists(st.integers(0, 3_600), max_size=5),
    )
    def test_adds_up_each_time_and_for_each_at_the_end(self, paid: list[Paid], cuts: Any):
        total = sum(one.cents for one in paid)
        marks = [0, *sorted(min(cut, total) for cut in cuts), total]
        parts = [upper - lower for lower, upper in pairwise(marks)]

        came = in_parts(paid, parts, total=total)

        assert [sum(one.cents for one in back) for back in came] == parts
        assert all(one.cents >= 0 and one.points >= 0 for back in came for one in back)
        for place, one in enumerate(paid):
            assert sum(back[place].cents for back in came) == one.cents
            assert sum(back[place].points for back in came) == (one.points if total else 0)
