"""Where members stand on the ladder: read from dates, moved by purchases and by the night.

`Member.tier` and its dates are the last move written down. What holds at a moment follows from
them and what was spent; a night that has not run changes no answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from loyalty.core import zones
from loyalty.ledger import posting
from loyalty.programmes import ahead, books
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ahead import ToKeep, ToNext
from loyalty.programmes.ladder import Ladder, Move, Reason, Rung
from loyalty.programmes.merits import Merits, Past
from loyalty.programmes.rulebook import Rulebook
from members import activity, moving
from members.models import Member, MemberState, TierChange


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A member's tier at a moment, its last day, and how far the next and this one are."""

    tier: Rung | None = None
    until: date | None = None
    is_given: bool = False
    to_next: ToNext | None = None
    to_keep: ToKeep | None = None


def get_standing(*, member: Member, at: datetime, book: Rulebook | None = None) -> Standing:
    """Return where a member stands at a moment, past ones included. Writes nothing.

    A tier whose last day is over is renewed or lost here as the night will write it down.
    One statement less for a caller who has the book in force.
    """
    return get_standings(members=[member], at=at, book=book)[member.pk]


def get_standings(
    *, members: Sequence[Member], at: datetime, book: Rulebook | None = None
) -> dict[int, Standing]:
    """Return `get_standing` of many members by key, in a number of statements that stays."""
    book = book or books.get_book()
    ladder, day = book.ladder, book.business_day(at)
    if ladder is None:
        return {member.pk: Standing() for member in members}
    held = _held_by(members, moment_of=lambda _member: at, ladder=ladder)
    activities = activity.get_activity(
        members=members,
        since=needed_since(day=day, standings=held.values(), ladder=ladder),
        ladder=ladder,
        book=book,
    )
    return {
        pk: _standing_of(now, ladder=ladder, past=activities[pk].past, day=day)
        for pk, now in held.items()
    }


def _standing_of(written: ladders.Standing, *, ladder: Ladder, past: Past, day: date) -> Standing:
    now, _moves = ladders.settle(ladder=ladder, standing=written, past=past, day=day)
    held = ladder.held(now)
    progress = ahead.progress(ladder=ladder, standing=now, past=past, day=day)
    return Standing(
        tier=held.rung,
        until=held.until,
        is_given=now.given is not None and held.rung == ladder.get(now.given),
        to_next=progress.to_next,
        to_keep=progress.to_keep,
    )


def needed_since(*, day: date, standings: Iterable[ladders.Standing], ladder: Ladder) -> date:
    """Return the first day on which a window ends that a review by a day may ask for."""
    ends = [end for now in standings for end in (now.until, now.given_until) if end]
    return min([day, *ends]) - timedelta(days=ladder.span.grace_days)


def get_tier(*, member: Member, at: datetime, book: Rulebook) -> Rung | None:
    """Return the tier that holds for a member at a moment, as `get_tiers` does for many."""
    return get_tiers(members=[member], moment_of=lambda _member: at, book=book)[member.pk]


def get_tiers(
    *, members: Sequence[Member], moment_of: Callable[[Member], datetime], book: Rulebook
) -> dict[int, Rung | None]:
    """Return the tier that holds for each member at each one's moment.

    Usually from the members alone: one statement where something moved since, one where a
    validity had ended and no night has written it down.
    """
    ladder = book.ladder
    if ladder is None:
        return dict.fromkeys((member.pk for member in members), None)
    held = _held_by(members, moment_of=moment_of, ladder=ladder)
    days = {member.pk: book.business_day(moment_of(member)) for member in members}
    ended = {pk: now for pk, now in held.items() if _has_ended(now, day=days[pk])}
    if ended:
        activities = activity.get_activity(
            members=[member for member in members if member.pk in ended],
            since=needed_since(day=max(days.values()), standings=ended.values(), ladder=ladder),
            ladder=ladder,
            book=book,
        )
        for pk in ended:
            past = activities[pk].past
            held[pk], _moves = ladders.settle(
                ladder=ladder, standing=held[pk], past=past, day=days[pk]
            )
    return {pk: ladder.held(now).rung for pk, now in held.items()}


def _has_ended(now: ladders.Standing, *, day: date) -> bool:
    return any(end is not None and end < day for end in (now.until, now.given_until))


def _held_by(
    members: Sequence[Member], *, moment_of: Callable[[Member], datetime], ladder: Ladder
) -> dict[int, ladders.Standing]:
    held = {member.pk: moving.written(member=member, ladder=ladder) for member in members}
    moments = {member.pk: moment_of(member) for member in members}
    moved = [m.pk for m in members if m.tier_changed_at and m.tier_changed_at > moments[m.pk]]
    changes = TierChange.objects.filter(member__in=moved).order_by("changed_at", "pk")
    rows = list(changes) if moved else []
    for pk in moved:
        mine = (change for change in rows if change.member_id == pk)
        held[pk] = moving.held_in(changes=mine, at=moments[pk], ladder=ladder)
    return held


def get_held(*, member: Member, at: datetime, ladder: Ladder) -> ladders.Standing:
    """Return the last move written down by a moment; a query only for a moment before it."""
    return _held_by([member], moment_of=lambda _member: at, ladder=ladder)[member.pk]


@transaction.atomic
def review(*, member_ids: Sequence[int], at: datetime, is_historic: bool = False) -> int:
    """Write down every move that is true by now, up and down. Returns how many members moved.

    Up to some thousand members at once, in a number of statements that does not grow.
    Twice is once. Who has left stays where they stood.
    """
    if not member_ids:
        return 0
    book = books.get_book()
    day = book.business_day(at)
    return _review(member_ids, day=day, at=at, book=book, is_historic=is_historic)


@transaction.atomic
def review_due(*, day: date, limit: int = 1_000) -> int:
    """Write down the ends of validity of up to `limit` members as of the end of a day.

    Ask again until it returns 0: who was reviewed has a later end. Members whom another
    transaction holds are waited for. Each change carries the moment at which it was true.
    """
    book = books.get_book()
    if book.ladder is None:
        return 0
    due = (
        Member.objects.filter(
            tier_until__lte=day, tier__in=[rung.pk for rung in book.ladder.rungs]
        )
        .current()
        .order_by("tier_until", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    member_ids = list(due)
    morning = day + timedelta(days=1)
    at = zones.start_of_day(day=morning, zone=book.zone)
    _review(member_ids, day=morning, at=at, book=book, is_historic=False)
    return len(member_ids)


def _review(
    member_ids: Sequence[int], *, day: date, at: datetime, book: Rulebook, is_historic: bool
) -> int:
    ladder = book.ladder
    if ladder is None or not member_ids:
        return 0
    members = lock(member_ids=member_ids)
    held = {member.pk: moving.written(member=member, ladder=ladder) for member in members}
    activities = activity.get_activity(
        members=members,
        since=needed_since(day=day, standings=held.values(), ladder=ladder),
        ladder=ladder,
        book=book,
    )
    changes: list[TierChange] = []
    for member in members:
        moves = ladders.review(
            ladder=ladder, standing=held[member.pk], past=activities[member.pk].past, day=day
        )
        changes += moving.changes_of(member=member, moves=moves, at=at, book=book)
    moving.keep(changes=changes, book=book, is_historic=is_historic)
    return len({change.member_id for change in changes})


def start(*, members: Sequence[Member], book: Rulebook) -> list[TierChange]:
    """Put new members, not saved yet, on the lowest rung if the ladder has one that is free.

    Returns the changes to keep once they are saved. It is no news to tell anybody.
    """
    lowest = book.ladder.reached(Merits()) if book.ladder else None
    if lowest is None:
        return []
    before, after = ladders.Standing(), ladders.Standing(tier=lowest.code)
    changes: list[TierChange] = []
    for member in members:
        at = member.enrolled_at
        day = book.business_day(at)
        move = Move(before=before, after=after, reason=Reason.REACHED, day=day)
        changes += moving.changes_of(member=member, moves=[move], at=at, book=book)
        moving.let_hold(change=changes[-1])
    return changes


def climb(
    *, member: Member, past: Past, day: date, at: datetime, book: Rulebook, is_historic: bool
) -> None:
    """Write down what a purchase just changed for one locked member. Often: nothing."""
    if book.ladder is None:
        return
    held = moving.written(member=member, ladder=book.ladder)
    moves = ladders.review(ladder=book.ladder, standing=held, past=past, day=day)
    changes = moving.changes_of(member=member, moves=moves, at=at, book=book)
    moving.keep(changes=changes, book=book, is_historic=is_historic)


def write_ends(*, member: Member, at: datetime, book: Rulebook) -> None:
    """Write down what has become of one locked member's tier by now, but give them no other.

    For what is about to change what a tier rests on: a validity that ended was renewed or
    lost by what counted then, whether or not a night has said so.
    """
    ladder, day = book.ladder, book.business_day(at)
    if ladder is None or member.state == MemberState.CLOSED:
        return
    held = moving.written(member=member, ladder=ladder)
    if not _has_ended(held, day=day):
        return
    past = _past_of(member, held, day=day, ladder=ladder, book=book)
    _now, moves = ladders.settle(ladder=ladder, standing=held, past=past, day=day)
    changes = moving.changes_of(member=member, moves=moves, at=at, book=book)
    moving.keep(changes=changes, book=book, is_historic=False)


def settled_on(
    *, member: Member, standing: ladders.Standing, at: datetime, book: Rulebook
) -> ladders.Standing:
    """Return what is left of a standing of a member's at a moment. Writes nothing."""
    ladder, day = book.ladder, book.business_day(at)
    if ladder is None or not _has_ended(standing, day=day):
        return standing
    past = _past_of(member, standing, day=day, ladder=ladder, book=book)
    now, _moves = ladders.settle(ladder=ladder, standing=standing, past=past, day=day)
    return now


def fall_on_return(*, member: Member, at: datetime, book: Rulebook) -> None:
    """Lower one locked member whose tier a return took away, where the ladder says at once."""
    ladder, day = book.ladder, book.business_day(at)
    if ladder is None or not ladder.falls_on_return or member.state == MemberState.CLOSED:
        return
    held = moving.written(member=member, ladder=ladder)
    moves = ladders.fit(
        ladder=ladder,
        standing=held,
        past=_past_of(member, held, day=day, ladder=ladder, book=book),
        day=day,
        reason=Reason.RETURNED,
    )
    fallen = [move for move in moves if ladder.falls_by(move)]
    changes = moving.changes_of(member=member, moves=fallen, at=at, book=book)
    moving.keep(changes=changes, book=book, is_historic=False)


def _past_of(
    member: Member, held: ladders.Standing, *, day: date, ladder: Ladder, book: Rulebook
) -> Past:
    since = needed_since(day=day, standings=[held], ladder=ladder)
    found = activity.get_activity(members=[member], since=since, ladder=ladder, book=book)
    return found[member.pk].past


def lock(*, member_ids: Sequence[int]) -> list[Member]:
    """Lock members who have not left, and return them as they are then."""
    members = Member.objects.current().filter(pk__in=member_ids)
    posting.lock_many(list(members.values_list("holder_id", flat=True)))
    # Read after the lock: a purchase may have moved them meanwhile.
    return list(members.order_by("pk"))
