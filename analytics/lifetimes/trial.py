"""Whether a model would have been right: what it expected of groups, beside what came."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.lifetimes.histories import Histories, Numbers

# Members with so many repeated days, or more, are one group.
MOST_REPEATS = 7


@dataclass(frozen=True)
class Group:
    """Members with as many repeated days: on average, the days expected and those that came."""

    repeats: int
    members: int
    expected: float
    came: float


def group(seen: Histories, *, expected: Numbers, came: Mapping[int, int]) -> list[Group]:
    """Return the groups that have members, by repeated days; `came` counts days by member."""
    actual = np.array([came.get(int(member), 0) for member in seen.members], dtype=np.float64)
    which = np.minimum(seen.repeats, MOST_REPEATS)
    return [
        Group(
            repeats=repeats,
            members=int(np.count_nonzero(which == repeats)),
            expected=float(expected[which == repeats].mean()),
            came=float(actual[which == repeats].mean()),
        )
        for repeats in range(MOST_REPEATS + 1)
        if np.any(which == repeats)
    ]
