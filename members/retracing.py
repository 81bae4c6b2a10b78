"""Who would have moved on the ladder, had purchases given other status credits.

Only those are retraced whose credits differ, day by day, through the ladder in force. Whoever
was moved otherwise than purchases and dates explain, by hand or by a ladder that changed since,
stays as they really moved, and is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from loyalty.core import zones
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move
from loyalty.programmes.merits import Merits, Past
from loyalty.programmes.rulebook import Rulebook
from members import activity, moving, standing
from members.activity import Activity
from members.models import Member, Purchase, TierChange

# From which tier to which, by their codes; below the first is empty.
Step = tuple[str, str]
_CHUNK = 1_000


@dataclass
class Moves:
    """How many moved from one tier to another, really and as it would have been."""

    was: Counter[Step] = field(default_factory=Counter)
    would: Counter[Step] = field(default_factory=Counter)
    unclear: int = 0

    def as_json(self) -> dict[str, Any]:
        steps = sorted({*self.was, *self.would})
        return {
            "moves": [
                {"from": step[0], "to": step[1], "was": self.was[step], "would": self.would[step]}
                for step in steps
            ],
            "unclear": self.unclear,
        }


def retrace(
    *,
    credited: Mapping[int, Mapping[date, int]],
    first: date,
    at: datetime,
    book: Rulebook,
) -> Moves:
    """Return the moves since a day, and those with other credits, by member and day."""
    moves, ladder = Moves(), book.ladder
    if ladder is None:
        return moves
    period = _Period(
        ladder=ladder, book=book, begun=zones.start_of_day(day=first, zone=book.zone), at=at
    )
    changes = TierChange.objects.filter(changed_at__gte=period.begun, changed_at__lte=at)
    steps = changes.values_list("from_tier__code", "to_tier__code")
    moves.was.update((was or "", to or "") for was, to in steps if was != to)
    moves.would.update(moves.was)
    for some in _chunks(credited):
        _retrace(moves, {pk: credited[pk] for pk in some}, period)
    return moves


@dataclass(frozen=True, kw_only=True)
class _Period:
    """From when until when members are retraced, and by what."""

    ladder: Ladder
    book: Rulebook
    begun: datetime
    at: datetime

    # Properties

    @property
    def first(self) -> date:
        return self.book.business_day(self.begun)

    @property
    def last(self) -> date:
        return self.book.business_day(self.at)


def _retrace(moves: Moves, credited: Mapping[int, Mapping[date, int]], period: _Period) -> None:
    members = list(Member.objects.filter(pk__in=credited).order_by("pk"))
    changes: defaultdict[int, list[TierChange]] = defaultdict(list)
    for change in TierChange.objects.filter(member__in=members).order_by("changed_at", "pk"):
        changes[change.member_id].append(change)
    held = {one.pk: _held_at_first(changes[one.pk], period) for one in members}
    done = _activity_of(members, held.values(), period)
    days = _days_of(members, period)
    for member in members:
        mine = done[member.pk]
        told: Any = {"days": days[member.pk], "ladder": period.ladder, "standing": held[member.pk]}
        really = list(_real_steps(changes[member.pk], period))
        if list(_steps(past=mine.past, **told)) != really:
            moves.unclear += 1
            continue
        for day, points in credited[member.pk].items():
            mine.add(day=day, done=Merits(credits=points))
        moves.would.subtract(really)
        moves.would.update(_steps(past=mine.past, **told))


def _held_at_first(changes: Iterable[TierChange], period: _Period) -> ladders.Standing:
    before = [change for change in changes if change.changed_at < period.begun]
    return moving.held_in(changes=before, at=period.begun, ladder=period.ladder)


def _activity_of(
    members: Sequence[Member], held: Iterable[ladders.Standing], period: _Period
) -> dict[int, Activity]:
    since = standing.needed_since(day=period.first, standings=held, ladder=period.ladder)
    return activity.get_activity(
        members=members, since=since, ladder=period.ladder, book=period.book
    )


def _days_of(members: Iterable[Member], period: _Period) -> dict[int, list[date]]:
    """Return on which days each member joined or bought, and the last of all."""
    joined = {member.pk: period.book.business_day(member.enrolled_at) for member in members}
    found = {
        pk: {period.last, *([day] if day >= period.first else [])} for pk, day in joined.items()
    }
    rows = Purchase.objects.filter(member__in=list(joined), business_on__gte=period.first)
    for pk, day in rows.values_list("member_id", "business_on"):
        found[pk or 0].add(day)
    return {pk: sorted(days) for pk, days in found.items()}


def _steps(
    *, past: Past, days: Sequence[date], ladder: Ladder, standing: ladders.Standing
) -> Iterator[Step]:
    """Yield the moves of a member who is looked at on some days, one a day at most."""
    now = standing
    for day in days:
        moves = ladders.review(ladder=ladder, standing=now, past=past, day=day)
        for some in _by_day(moves).values():
            before, now = some[0].before, some[-1].after
            step = _code(ladder, before), _code(ladder, now)
            if step[0] != step[1]:
                yield step


def _by_day(moves: Iterable[Move]) -> dict[date, list[Move]]:
    found: defaultdict[date, list[Move]] = defaultdict(list)
    for move in moves:
        found[move.day].append(move)
    return found


def _real_steps(changes: Iterable[TierChange], period: _Period) -> Iterator[Step]:
    """Yield what was written down since the first day, one step a day."""
    days: defaultdict[date, list[TierChange]] = defaultdict(list)
    for change in changes:
        if change.changed_at >= period.begun:
            days[period.book.business_day(change.changed_at)].append(change)
    for some in days.values():
        before, after = (
            rung.code if (rung := moving.rung_of(pk, period.ladder)) else ""
            for pk in (some[0].from_tier_id, some[-1].to_tier_id)
        )
        if before != after:
            yield before, after


def _code(ladder: Ladder, standing: ladders.Standing) -> str:
    rung = ladder.held(standing).rung
    return rung.code if rung else ""


def _chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(sorted(keys))
    while some := list(islice(rest, _CHUNK)):
        yield some
