"""What a member still lacks: to reach the next tier, and to keep this one, by when. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.programmes.ladder import Ladder, Rung, Standing
from loyalty.programmes.merits import Measure, Merits, Past

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is missing of each measure that a tier asks for; nothing when it is reached.

    With several, any of them would do, or it takes all. `done` is the share of the way, in
    whole per cent.
    """

    missing: tuple[tuple[Measure, int], ...] = ()
    needs_all: bool = False
    done: int = 100

    @property
    def first(self) -> tuple[Measure, int] | None:
        return self.missing[0] if self.missing else None


@dataclass(frozen=True, kw_only=True)
class ToNext:
    """What is missing to reach the next tier, by when if a year closes.

    Nothing is missing when a review has yet to say so.
    """

    tier: str
    gap: Gap
    by: date | None = None


@dataclass(frozen=True, kw_only=True)
class ToKeep:
    """What is missing to keep this tier, to be done by a day, included."""

    tier: str
    gap: Gap
    by: date


@dataclass(frozen=True, kw_only=True)
class Progress:
    to_next: ToNext | None
    to_keep: ToKeep | None


def progress(*, ladder: Ladder, standing: Standing, past: Past, day: date) -> Progress:
    """Return what is missing to the next tier, and to keep the one that holds and by when."""
    held = ladder.held(standing)
    above = [rung for rung in ladder.rungs if rung.rank > held.rank]
    to_next = None
    if above:
        following = min(above, key=lambda rung: rung.rank)
        gap = gap_of(ladder=ladder, rung=following, merits=ladder.counted(day, past))
        by = ladder.span.closing(day, enrolled_on=past.enrolled_on)
        to_next = ToNext(tier=following.code, gap=gap, by=by)
    return Progress(to_next=to_next, to_keep=_to_keep(ladder, standing, past, day))


def gap_of(*, ladder: Ladder, rung: Rung, merits: Merits) -> Gap:
    """Return what merits lack of a rung."""
    if ladder.is_reached(rung, merits):
        return Gap(needs_all=ladder.needs_all)
    asked = ladder.asked(rung)
    shares = [_share(merits.of(one), rung.threshold(one)) for one in asked]
    lacks = [(one, rung.threshold(one) - merits.of(one)) for one in asked]
    return Gap(
        missing=tuple((measure, lack) for measure, lack in lacks if lack > 0),
        needs_all=ladder.needs_all,
        done=min(shares) if ladder.needs_all else max(shares),
    )


def _to_keep(ladder: Ladder, standing: Standing, past: Past, day: date) -> ToKeep | None:
    held = ladder.held(standing)
    if held.rung is None or held.until is None or held.until < day:
        return None
    closings = ladder.span.closings(held.until, enrolled_on=past.enrolled_on)
    gaps = [
        (gap_of(ladder=ladder, rung=held.rung, merits=past.merits(*days)), days)
        for days in closings
    ]
    if any(not gap.missing for gap, _days in gaps):
        return ToKeep(tier=held.rung.code, gap=Gap(needs_all=ladder.needs_all), by=held.until)
    # In a year that is still to begin nothing can be done yet.
    still = [(gap, last) for gap, (first, last) in gaps if first - _DAY <= day <= last >= first]
    if not still:
        return None
    gap, last = max(still, key=lambda one: one[0].done)
    return ToKeep(tier=held.rung.code, gap=gap, by=last)


def _share(part: int, whole: int) -> int:
    return max(0, min(100, part * 100 // whole)) if whole > 0 else 100
