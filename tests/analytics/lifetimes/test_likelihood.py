"""The search for parameters."""

import numpy as np

from analytics.lifetimes import likelihood


def test_finds_the_top_of_a_hill() -> None:
    top = np.array([2.0, 5.0])

    found = likelihood.maximise(lambda asked: -((asked - top) ** 2), parameters=2)

    assert found is not None
    assert [round(value, 4) for value in found] == [2.0, 5.0]


def test_finds_nothing_where_the_hill_goes_on_for_ever() -> None:
    assert likelihood.maximise(np.log, parameters=1) is None
