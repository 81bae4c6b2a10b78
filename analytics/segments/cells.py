"""The standard names of RFM scores: a map of recency and frequency. Pure.

It is the map that Putler published ("RFM analysis for successful customer segmentation",
putler.com/rfm-analysis), in the form without overlaps in which each of the 25 cells of recency
and frequency has one name; of its lowest corner, the cell 1-1 is who is lost.
"""

from collections.abc import Mapping
from enum import StrEnum


class Cell(StrEnum):
    """A named part of the map, from the best members to those who are lost."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYALISTS = "potential-loyalists"
    NEW = "new"
    PROMISING = "promising"
    NEED_ATTENTION = "need-attention"
    ABOUT_TO_SLEEP = "about-to-sleep"
    AT_RISK = "at-risk"
    CANNOT_LOSE = "cannot-lose"
    HIBERNATING = "hibernating"
    LOST = "lost"


def cell_of(*, recency: int, frequency: int) -> Cell:
    """Return the name of two scores from 1 to 5, 5 being best."""
    return _MAP[recency, frequency]


def scores_of(cell: Cell) -> tuple[tuple[int, int], ...]:
    """Return the scores that have a name: recency, frequency."""
    return tuple(scores for scores, name in _MAP.items() if name is cell)


def _drawn() -> Mapping[tuple[int, int], Cell]:
    return {
        (recency, frequency): cell
        for recency, row in _ROWS.items()
        for frequency, cell in enumerate(row, start=1)
    }


# By recency; from the lowest frequency to the highest.
_ROWS: Mapping[int, tuple[Cell, ...]] = {
    5: (Cell.NEW, *[Cell.POTENTIAL_LOYALISTS] * 2, *[Cell.CHAMPIONS] * 2),
    4: (Cell.PROMISING, *[Cell.POTENTIAL_LOYALISTS] * 2, *[Cell.LOYAL] * 2),
    3: (*[Cell.ABOUT_TO_SLEEP] * 2, Cell.NEED_ATTENTION, *[Cell.LOYAL] * 2),
    2: (*[Cell.HIBERNATING] * 2, *[Cell.AT_RISK] * 2, Cell.CANNOT_LOSE),
    1: (Cell.LOST, Cell.HIBERNATING, *[Cell.AT_RISK] * 2, Cell.CANNOT_LOSE),
}
_MAP = _drawn()
