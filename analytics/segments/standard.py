"""The standard RFM segments, ready to be used: one for each named part of the map. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.segments.cells import Cell
from analytics.segments.terms import Condition, Definition, Fact, Match


@dataclass(frozen=True)
class Standard:
    """One ready segment: its code, and what a merchant calls its members."""

    code: str
    name_fr: str
    name_en: str
    definition: Definition


# As members of the segment are called, from the best to those who are lost.
_NAMES: Mapping[Cell, tuple[str, str]] = {
    Cell.CHAMPIONS: ("Champions", "Champions"),
    Cell.LOYAL: ("Clients fidèles", "Loyal customers"),
    Cell.POTENTIAL_LOYALISTS: ("Fidèles en devenir", "Potential loyalists"),
    Cell.NEW: ("Nouveaux clients", "New customers"),
    Cell.PROMISING: ("Clients prometteurs", "Promising"),
    Cell.NEED_ATTENTION: ("Clients à relancer", "Need attention"),
    Cell.ABOUT_TO_SLEEP: ("En train de s’éloigner", "About to sleep"),
    Cell.AT_RISK: ("Clients à risque", "At risk"),
    Cell.CANNOT_LOSE: ("À ne pas perdre", "Can’t lose them"),
    Cell.HIBERNATING: ("En sommeil", "Hibernating"),
    Cell.LOST: ("Clients perdus", "Lost"),
}


def get_standard() -> Sequence[Standard]:
    """Return the eleven segments of the RFM map, each member who ever bought in one of them."""
    return [
        Standard(
            code=f"rfm-{cell.value}",
            name_fr=french,
            name_en=english,
            definition=Definition(Match.ALL, (Condition(fact=Fact.RFM, codes=(cell.value,)),)),
        )
        for cell, (french, english) in _NAMES.items()
    ]
