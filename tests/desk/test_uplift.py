"""What a campaign changed, as the desk tells it."""

import pytest
from django.utils import translation

from analytics.welch import Sample
from loyalty.desk import uplift


def spent(around: int) -> Sample:
    """A hundred members, half of whom spent 1.00 less than this and half 1.00 more."""
    values = [around - 100, around + 100] * 50
    return Sample(len(values), sum(values), sum(value * value for value in values))


@pytest.mark.parametrize(
    ("around", "verdict", "p"),
    [
        (1_100, "It worked: members spent more than those held out.", "< 0.001"),
        (900, "Members spent less than those held out.", "< 0.001"),
        (1_010, "No effect that could not be chance.", "0.483"),
    ],
)
def test_says_whether_it_worked_and_how_odd_that_is(around: int, verdict: str, p: str):
    with translation.override("en"):
        told = uplift.tell(treated=spent(around), held_out=spent(1_000))

    assert told is not None
    assert (told.verdict, told.p, told.difference) == (verdict, p, around - 1_000)


def test_writes_a_small_probability_as_french_readers_do():
    with translation.override("fr"):
        told = uplift.tell(treated=spent(1_100), held_out=spent(1_000))

    assert told is not None
    assert told.p == "< 0,001"


def test_says_nothing_of_one_member():
    assert uplift.tell(treated=Sample(1, 1_000, 1_000_000), held_out=spent(1_000)) is None
