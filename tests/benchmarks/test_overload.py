"""What a run of more calls than can be done may leave in the books."""

from collections import Counter

import pytest

from benchmarks.crowds import Heard
from benchmarks.overload import is_as_told


@pytest.mark.parametrize(
    ("sold", "unanswered", "is_right"),
    [
        (10, 0, True),
        (9, 0, False),
        (11, 0, False),
        (10, 2, True),
        (12, 2, True),
        (13, 2, False),
        (9, 2, False),
    ],
)
def test_the_books_hold_what_was_told_and_perhaps_what_was_not_answered(
    sold: int, unanswered: int, is_right: bool
):
    told = Heard(statuses=Counter({201: 10, 503: 7}), unanswered=unanswered)

    assert is_as_told(sold, told) is is_right


def test_what_was_heard_twice_is_counted_together():
    told = Heard(statuses=Counter({201: 10}), unanswered=1, without_a_wait=1, longest=0.5)

    told.add(Heard(statuses=Counter({201: 2, 429: 3}), unanswered=4, longest=2.0))

    assert told == Heard(
        statuses=Counter({201: 12, 429: 3}), unanswered=5, without_a_wait=1, longest=2.0
    )
