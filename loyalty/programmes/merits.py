"""What a tier can be reached by, and how much of it there was over some days. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Measure(StrEnum):
    """Cents spent; status credits earned, never those left; days on which a member bought."""

    SPEND = "spend"
    CREDITS = "credits"
    VISITS = "visits"


@dataclass(frozen=True, kw_only=True)
class Merits:
    """How much of each measure there was. However many receipts, a day is one visit."""

    spend: int = 0
    credits: int = 0
    visits: int = 0

    def of(self, measure: Measure) -> int:
        value: int = getattr(self, measure)
        return value

    def __add__(self, other: "Merits") -> "Merits":
        return Merits(
            spend=self.spend + other.spend,
            credits=self.credits + other.credits,
            visits=self.visits + other.visits,
        )


@dataclass(frozen=True, kw_only=True)
class Past:
    """What a member did, as a ladder asks for it: from one day to another, both included."""

    enrolled_on: date
    merits: Callable[[date, date], Merits]


def past_of(*, days: Iterable[tuple[date, Merits]], enrolled_on: date) -> Past:
    """Return a past that adds up what was done by day. Each day comes once."""
    known = tuple(days)

    def merits(first: date, last: date) -> Merits:
        return sum((done for day, done in known if first <= day <= last), Merits())

    return Past(enrolled_on=enrolled_on, merits=merits)
