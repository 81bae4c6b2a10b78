"""Tiers: reached by spend over a rolling window, kept for a while, lost only at its end. Pure.

Spend is cents. `Spent` answers "how much in the window that ends with this day?"; a day is
the member's last day in question, included. `until` is the last day on which a tier holds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from loyalty.core import zones

Spent = Callable[[date], int]


class Reason(StrEnum):
    """Why a member's standing moved."""

    REACHED = "reached"
    RENEWED = "renewed"
    NOT_KEPT = "not-kept"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One tier: from which spend, and what it multiplies the base by."""

    pk: int
    code: str
    rank: int
    threshold_cents: int
    name_fr: str
    name_en: str
    multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Rungs from the lowest to the highest."""

    code: str
    rungs: tuple[Rung, ...]
    window_months: int = 12
    validity_months: int = 12

    def get(self, code: str | None) -> Rung | None:
        """Return the rung of a code, or None when there is none."""
        return next((rung for rung in self.rungs if rung.code == code), None)

    def reached(self, spent_cents: int) -> Rung | None:
        """Return the highest rung that a spend reaches; None below the first."""
        return max(
            (rung for rung in self.rungs if rung.threshold_cents <= spent_cents),
            key=lambda rung: rung.threshold_cents,
            default=None,
        )

    def window(self, day: date) -> tuple[date, date]:
        """Return the first and the last day of the window that ends with a day."""
        start = zones.add_months(day=day, months=-self.window_months)
        return start + timedelta(days=1), day


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a member stands. The lowest tier, of no threshold, has no end."""

    tier: str | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change of standing, on the day it takes effect."""

    before: Standing
    after: Standing
    reason: Reason
    day: date


@dataclass(frozen=True, kw_only=True)
class ToNext:
    """What is missing to reach the next tier. 0 when a review has yet to say so."""

    tier: str
    missing_cents: int


@dataclass(frozen=True, kw_only=True)
class ToKeep:
    """What is missing to keep this tier, to be spent by a day, included."""

    tier: str
    missing_cents: int
    by: date


@dataclass(frozen=True, kw_only=True)
class Progress:
    to_next: ToNext | None
    to_keep: ToKeep | None


def spent_from(*, days: Iterable[tuple[date, int]], ladder: Ladder) -> Spent:
    """Return a `Spent` that adds up what was bought by day, in cents."""
    known = tuple(days)

    def spent(day: date) -> int:
        first, last = ladder.window(day)
        return sum(cents for bought_on, cents in known if first <= bought_on <= last)

    return spent


def review(*, ladder: Ladder, standing: Standing, spent: Spent, day: date) -> tuple[Move, ...]:
    """Return every move due by a day, in order; none when nothing changes.

    First each validity that has ended is renewed, or the tier falls to the level that fits
    what was spent in the window of its last day; then a higher tier that the spend of today
    reaches is given at once.
    """
    moves: list[Move] = []
    now = standing
    while now.until is not None and now.until < day:
        moves.append(_at_the_end(ladder, now, now.until, spent))
        now = moves[-1].after
    reached = ladder.reached(spent(day))
    if _rank(reached) > _rank(ladder.get(now.tier)):
        after = _standing(ladder, reached, day)
        moves.append(Move(before=now, after=after, reason=Reason.REACHED, day=day))
    return tuple(moves)


def _at_the_end(ladder: Ladder, standing: Standing, last: date, spent: Spent) -> Move:
    """Renew the tier, or fall to the level that fits, on the day after its last."""
    held, fits = ladder.get(standing.tier), ladder.reached(spent(last))
    is_kept = held is not None and _rank(fits) >= _rank(held)
    after = _standing(ladder, held if is_kept else fits, last)
    reason = Reason.RENEWED if is_kept else Reason.NOT_KEPT
    return Move(before=standing, after=after, reason=reason, day=last + timedelta(days=1))


def _standing(ladder: Ladder, rung: Rung | None, day: date) -> Standing:
    """Return a standing whose validity is counted from a day."""
    if rung is None or rung.threshold_cents == 0:
        return Standing(tier=rung.code if rung else None)
    until = zones.add_months(day=day, months=ladder.validity_months)
    return Standing(tier=rung.code, until=until)


def _rank(rung: Rung | None) -> int:
    return -1 if rung is None else rung.threshold_cents


def progress(*, ladder: Ladder, standing: Standing, spent: Spent, day: date) -> Progress:
    """Return what is missing to the next tier, and to keep this one and by when."""
    held = ladder.get(standing.tier)
    above = [rung for rung in ladder.rungs if _rank(rung) > _rank(held)]
    to_next = None
    if above:
        following = min(above, key=_rank)
        missing = max(0, following.threshold_cents - spent(day))
        to_next = ToNext(tier=following.code, missing_cents=missing)
    to_keep = None
    if held is not None and standing.until is not None and standing.until >= day:
        missing = max(0, held.threshold_cents - spent(standing.until))
        to_keep = ToKeep(tier=held.code, missing_cents=missing, by=standing.until)
    return Progress(to_next=to_next, to_keep=to_keep)
