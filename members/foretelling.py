"""Tiers that will be lost unless something is done: who, which, by when, and what it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.programmes import ahead
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ahead import ToKeep
from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.merits import Past
from loyalty.programmes.rulebook import Rulebook
from members import activity, moving, standing
from members.models import Member

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Fall:
    """A tier, its last day, what follows it, and what would keep it, if anything still can."""

    tier: Rung
    until: date
    to: Rung | None
    to_keep: ToKeep | None


def get_falls(*, members: Sequence[Member], at: datetime, book: Rulebook) -> dict[int, Fall]:
    """Return by member the tier that will be lost if nothing more is done. Writes nothing.

    Whoever has done enough already, or has a tier without an end, is left out. The number
    of statements does not grow with the members.
    """
    ladder, day = book.ladder, book.business_day(at)
    if ladder is None:
        return {}
    held = {member.pk: moving.written(member=member, ladder=ladder) for member in members}
    activities = activity.get_activity(
        members=members,
        since=standing.needed_since(day=day, standings=held.values(), ladder=ladder),
        ladder=ladder,
        book=book,
    )
    found = {
        pk: _fall(now, ladder=ladder, past=activities[pk].past, day=day)
        for pk, now in held.items()
    }
    return {pk: fall for pk, fall in found.items() if fall is not None}


def _fall(written: ladders.Standing, *, ladder: Ladder, past: Past, day: date) -> Fall | None:
    now, _moves = ladders.settle(ladder=ladder, standing=written, past=past, day=day)
    held = ladder.held(now)
    if held.rung is None or held.until is None:
        return None
    after, _moves = ladders.settle(ladder=ladder, standing=now, past=past, day=held.until + _DAY)
    following = ladder.held(after)
    if following.rank >= held.rank:
        return None
    progress = ahead.progress(ladder=ladder, standing=now, past=past, day=day)
    return Fall(tier=held.rung, until=held.until, to=following.rung, to_keep=progress.to_keep)
