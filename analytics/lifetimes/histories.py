"""What the models are told of each member: how often, how lately, since when, and for how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DAYS_OF_WEEK = 7
_CENTS = 100

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """One place in each array for each member who ever bought, in order of `members`.

    `repeats` counts the days of buying after the first; `recency` is the age, in weeks, at the
    last of them and `age` at the end of what was seen; `worth` is the mean of a repeated day in
    units of the currency, 0 where there was none.
    """

    members: NDArray[np.int64]
    repeats: Numbers
    recency: Numbers
    age: Numbers
    worth: Numbers

    def __len__(self) -> int:
        return len(self.members)

    @property
    def have_worth(self) -> NDArray[np.bool_]:
        """Say who came back and left something: of the others no mean is known."""
        return (self.repeats > 0) & (self.worth > 0)


def tell(rows: Sequence[tuple[int, int, int, int, int]]) -> Histories:
    """Return histories of rows: member, repeated days, days from first to last and from first
    to the end, and cents of the repeated days together."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    repeats = table[:, 1].astype(np.float64)
    return Histories(
        members=table[:, 0],
        repeats=repeats,
        recency=table[:, 2] / _DAYS_OF_WEEK,
        age=table[:, 3] / _DAYS_OF_WEEK,
        worth=table[:, 4] / np.maximum(repeats, 1) / _CENTS,
    )
