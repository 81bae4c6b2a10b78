"""Tiers: reached at once, kept for a while, lost only at its end; a given one is a floor. Pure.

`until` is the last day on which a tier holds, grace included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from loyalty.programmes.expiring import Expiry
from loyalty.programmes.merits import Measure, Merits, Past
from loyalty.programmes.spans import Days, Span

_DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a member's standing moved."""

    REACHED = "reached"
    RENEWED = "renewed"
    NOT_KEPT = "not-kept"
    # Reached beneath a tier that was given, which goes on to hold.
    BENEATH = "beneath"
    GIVEN = "given"
    GIVEN_OVER = "given-over"
    WITHDRAWN = "withdrawn"
    LADDER_CHANGED = "ladder-changed"
    RETURNED = "returned"
    MERGED = "merged"
    UNMERGED = "unmerged"


class Falls(StrEnum):
    """How far a member falls who did not keep a tier."""

    TO_FIT = "TO_FIT"
    ONE_DOWN = "ONE_DOWN"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One tier: from how much on, and what it gives."""

    pk: int
    code: str
    rank: int
    name_fr: str
    name_en: str
    threshold_cents: int = 0
    threshold_credits: int = 0
    threshold_visits: int = 0
    multiplier: Decimal = Decimal(1)
    expiry: Expiry | None = None

    def threshold(self, measure: Measure) -> int:
        """Return how much of a measure it takes."""
        match measure:
            case Measure.SPEND:
                return self.threshold_cents
            case Measure.CREDITS:
                return self.threshold_credits
            case Measure.VISITS:
                return self.threshold_visits


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a member stands: what they earned, and the floor that somebody gave them.

    The lowest tier, of no threshold, has no end.
    """

    tier: str | None = None
    until: date | None = None
    given: str | None = None
    given_until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """The tier that holds, earned or given, and its last day."""

    rung: Rung | None = None
    until: date | None = None

    @property
    def rank(self) -> int:
        return rank_of(self.rung)


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change of standing, on the day it takes effect."""

    before: Standing
    after: Standing
    reason: Reason
    day: date


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Rungs from the lowest to the highest, what they count, and how they are kept and lost.

    With several measures a rung takes any of them, or all. Status credits are the points
    earned in `credit_wallet`.
    """

    code: str
    rungs: tuple[Rung, ...]
    measures: tuple[Measure, ...] = (Measure.SPEND,)
    needs_all: bool = False
    credit_wallet: str = ""
    span: Span = field(default_factory=Span)
    falls: Falls = Falls.TO_FIT
    falls_on_return: bool = False

    def get(self, code: str | None) -> Rung | None:
        """Return the rung of a code, or None when there is none."""
        return next((rung for rung in self.rungs if rung.code == code), None)

    def counts(self, measure: Measure) -> bool:
        return measure in self.measures

    def is_reached(self, rung: Rung, merits: Merits) -> bool:
        """Say whether merits reach a rung: in any measure that it asks for, or in all of them.

        One that asks for nothing is everybody's.
        """
        met = [merits.of(one) >= rung.threshold(one) for one in self.asked(rung)]
        return not met or (all(met) if self.needs_all else any(met))

    def asked(self, rung: Rung) -> tuple[Measure, ...]:
        """Return the measures of which a rung takes some."""
        return tuple(measure for measure in self.measures if rung.threshold(measure))

    def reached(self, merits: Merits) -> Rung | None:
        """Return the highest rung that merits reach; None below the first."""
        fitting = (rung for rung in self.rungs if self.is_reached(rung, merits))
        return max(fitting, key=rank_of, default=None)

    def counted(self, day: date, past: Past) -> Merits:
        """Return what counts on a day: the merits of its window."""
        return past.merits(*self.window(day, past))

    def window(self, day: date, past: Past) -> Days:
        return self.span.counted(day, enrolled_on=past.enrolled_on)

    def falls_by(self, move: "Move") -> bool:
        """Say whether a move lowers what was earned."""
        return rank_of(self.get(move.after.tier)) < rank_of(self.get(move.before.tier))

    def held(self, standing: Standing) -> Held:
        """Return the tier that holds: the higher of the two, and of one tier the later end."""
        earned = Held(rung=self.get(standing.tier), until=standing.until)
        given = Held(rung=self.get(standing.given), until=standing.given_until)
        if given.rung is None or earned.rank > given.rank:
            return earned
        if earned.rank < given.rank:
            return given
        return max(earned, given, key=lambda held: held.until or date.max)


def rank_of(rung: Rung | None) -> int:
    """Return the rank of a rung; below the first is -1."""
    return -1 if rung is None else rung.rank


def review(*, ladder: Ladder, standing: Standing, past: Past, day: date) -> tuple[Move, ...]:
    """Return every move due by a day, in order; none when nothing changes.

    First each validity that has ended is renewed, or the tier falls; then a higher tier that
    what counts today reaches is given at once.
    """
    now, moves = settle(ladder=ladder, standing=standing, past=past, day=day)
    return (*moves, *_reach(ladder, now, past, day))


def settle(
    *, ladder: Ladder, standing: Standing, past: Past, day: date
) -> tuple[Standing, tuple[Move, ...]]:
    """Return what is left of a standing once all that has ended by a day is over, and the moves.

    What changes nothing that holds, beneath a given tier, is no move.
    """
    now, moves = standing, []
    while (last := _first_end(now)) is not None and last < day:
        after, reason = _at_the_end(ladder, now, last, past)
        if ladder.held(after) != ladder.held(now):
            moves.append(Move(before=now, after=after, reason=reason, day=last + _DAY))
        now = after
    return now, tuple(moves)


def fit(
    *, ladder: Ladder, standing: Standing, past: Past, day: date, reason: Reason
) -> list[Move]:
    """Return the move to the tier that fits what counts on a day, up or down; none if it does.

    What was given stays the floor. For a ladder that changed, and for a return that counts
    at once.
    """
    rung = ladder.reached(ladder.counted(day, past))
    if rank_of(rung) == rank_of(ladder.get(standing.tier)):
        return []
    after = replace(standing, tier=_code(rung), until=_last_day(ladder, rung, day, past))
    is_seen = ladder.held(after) != ladder.held(standing)
    return [
        Move(before=standing, after=after, reason=reason if is_seen else Reason.BENEATH, day=day)
    ]


def _reach(ladder: Ladder, now: Standing, past: Past, day: date) -> Iterator[Move]:
    reached = ladder.reached(ladder.counted(day, past))
    if rank_of(reached) > rank_of(ladder.get(now.tier)):
        after = replace(now, tier=_code(reached), until=_last_day(ladder, reached, day, past))
        is_seen = rank_of(reached) > ladder.held(now).rank
        reason = Reason.REACHED if is_seen else Reason.BENEATH
        yield Move(before=now, after=after, reason=reason, day=day)


def _first_end(standing: Standing) -> date | None:
    return min(filter(None, (standing.until, standing.given_until)), default=None)


def _at_the_end(ladder: Ladder, now: Standing, last: date, past: Past) -> tuple[Standing, Reason]:
    """Renew or lower what was earned, or take away what was given, on the day after its last."""
    if now.until != last:
        return replace(now, given=None, given_until=None), Reason.GIVEN_OVER
    held = ladder.get(now.tier)
    closing, fits = _best_closing(ladder, last, past)
    is_kept = held is not None and rank_of(fits) >= rank_of(held)
    rung = held if is_kept else _fallen(ladder, held, fits)
    until = None
    if not _is_free(ladder, rung):
        until = ladder.span.last_day_after(closing, enrolled_on=past.enrolled_on)
    after = replace(now, tier=_code(rung), until=until)
    return after, Reason.RENEWED if is_kept else Reason.NOT_KEPT


def _best_closing(ladder: Ladder, last: date, past: Past) -> tuple[date, Rung | None]:
    """Return the closing that counts most, the first of equals, and the rung that it reaches."""
    closings = ladder.span.closings(last, enrolled_on=past.enrolled_on)
    fits = [(days[1], ladder.reached(past.merits(*days))) for days in closings]
    return max(fits, key=lambda one: rank_of(one[1]))


def _fallen(ladder: Ladder, held: Rung | None, fits: Rung | None) -> Rung | None:
    if ladder.falls is Falls.TO_FIT or held is None:
        return fits
    below = [rung for rung in ladder.rungs if rung.rank < held.rank]
    return max([*below, *([fits] if fits else [])], key=rank_of, default=None)


def _last_day(ladder: Ladder, rung: Rung | None, day: date, past: Past) -> date | None:
    if _is_free(ladder, rung):
        return None
    return ladder.span.last_day(day, enrolled_on=past.enrolled_on)


def _is_free(ladder: Ladder, rung: Rung | None) -> bool:
    return rung is None or ladder.is_reached(rung, Merits())


def _code(rung: Rung | None) -> str | None:
    return rung.code if rung else None
