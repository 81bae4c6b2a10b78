"""Where members stand on the ladder: read from dates, moved by purchases and by the night.

`Member.tier` and its dates are the last move written down. What holds at a moment follows from
them and what was spent; a night that has not run changes no answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from django.db import transaction

from loyalty.core import zones
from loyalty.events import outbox
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move, Reason, Rung, Spent, ToKeep, ToNext
from loyalty.programmes.rulebook import Rulebook
from members import spending
from members.models import Member, MemberState, TierChange


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A member's tier at a moment, its last day, and how far the next and this one are."""

    tier: Rung | None = None
    until: date | None = None
    to_next: ToNext | None = None
    to_keep: ToKeep | None = None


def get_standing(*, member: Member, at: datetime) -> Standing:
    """Return where a member stands at a moment, past ones included. Writes nothing.

    A tier whose last day is over is renewed or lost here as the night will write it down.
    """
    book = books.get_book()
    ladder = book.ladder
    if ladder is None:
        return Standing()
    day, held = book.business_day(at), get_held(member=member, at=at, ladder=ladder)
    spendings = spending.get_spending(
        member_ids=[member.pk], since=min(day, held.until or day), ladder=ladder, book=book
    )
    spent = spendings[member.pk].window
    now = settled(held=held, spent=spent, day=day, ladder=ladder)
    ahead = ladders.progress(ladder=ladder, standing=now, spent=spent, day=day)
    return Standing(
        tier=ladder.get(now.tier), until=now.until, to_next=ahead.to_next, to_keep=ahead.to_keep
    )


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
    ended = {pk: now.until for pk, now in held.items() if now.until and now.until < days[pk]}
    if ended:
        spendings = spending.get_spending(
            member_ids=list(ended), since=min(ended.values()), ladder=ladder, book=book
        )
        for pk in ended:
            spent = spendings[pk].window
            held[pk] = settled(held=held[pk], spent=spent, day=days[pk], ladder=ladder)
    return {pk: ladder.get(now.tier) for pk, now in held.items()}


def _held_by(
    members: Sequence[Member], *, moment_of: Callable[[Member], datetime], ladder: Ladder
) -> dict[int, ladders.Standing]:
    held = {member.pk: written(member=member, ladder=ladder) for member in members}
    moments = {member.pk: moment_of(member) for member in members}
    moved = [m.pk for m in members if m.tier_changed_at and m.tier_changed_at > moments[m.pk]]
    changes = TierChange.objects.filter(member__in=moved).order_by("changed_at", "pk")
    rows = list(changes) if moved else []
    for pk in moved:
        mine = (change for change in rows if change.member_id == pk)
        held[pk] = held_in(changes=mine, at=moments[pk], ladder=ladder)
    return held


def get_held(*, member: Member, at: datetime, ladder: Ladder) -> ladders.Standing:
    """Return the last move written down by a moment; a query only for a moment before it."""
    if member.tier_changed_at is None or member.tier_changed_at <= at:
        return written(member=member, ladder=ladder)
    changes = TierChange.objects.filter(member=member, changed_at__lte=at)
    return held_in(changes=changes.order_by("changed_at", "pk"), at=at, ladder=ladder)


def held_in(*, changes: Iterable[TierChange], at: datetime, ladder: Ladder) -> ladders.Standing:
    """Return the last of a member's changes by a moment, as a standing."""
    until_then = [change for change in changes if change.changed_at <= at]
    tier = rung_of(until_then[-1].to_tier_id, ladder) if until_then else None
    if tier is None:
        return ladders.Standing()
    return ladders.Standing(tier=tier.code, until=until_then[-1].until)


def settled(
    *, held: ladders.Standing, spent: Spent, day: date, ladder: Ladder
) -> ladders.Standing:
    """Return what is held on a day once every validity that has ended is renewed or lost.

    A tier that the spend would reach by a ladder changed since is not given by reading.
    """
    moves = ladders.review(ladder=ladder, standing=held, spent=spent, day=day)
    ended = list(takewhile(lambda move: move.reason is not Reason.REACHED, moves))
    return ended[-1].after if ended else held


@transaction.atomic
def review(*, member_ids: Sequence[int], at: datetime, is_historic: bool = False) -> int:
    """Write down every move that is true by now, up and down. Returns how many members moved.

    Up to some thousand members at once, in a number of statements that does not grow.
    Twice is once. Who has left stays where they stood.
    """
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
        .exclude(state=MemberState.CLOSED)
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
    members = _locked(member_ids)
    ends = [member.tier_until for member in members if member.tier_until]
    spendings = spending.get_spending(
        member_ids=[member.pk for member in members],
        since=min([day, *ends]),
        ladder=ladder,
        book=book,
    )
    changes: list[TierChange] = []
    for member in members:
        spent = spendings[member.pk].window
        moves = ladders.review(
            ladder=ladder, standing=written(member=member, ladder=ladder), spent=spent, day=day
        )
        changes += changes_of(member=member, moves=moves, at=at, book=book)
    keep(changes=changes, book=book, is_historic=is_historic)
    return len({change.member_id for change in changes})


def start(*, members: Sequence[Member], book: Rulebook) -> list[TierChange]:
    """Put new members, not saved yet, on the lowest rung if the ladder has one that is free.

    Returns the changes to keep once they are saved. It is no news to tell anybody.
    """
    lowest = book.ladder.reached(0) if book.ladder else None
    if lowest is None:
        return []
    before, after = ladders.Standing(), ladders.Standing(tier=lowest.code)
    changes: list[TierChange] = []
    for member in members:
        at = member.enrolled_at
        day = book.business_day(at)
        move = Move(before=before, after=after, reason=Reason.REACHED, day=day)
        changes += changes_of(member=member, moves=[move], at=at, book=book)
        let_hold(change=changes[-1])
    return changes


def climb(
    *, member: Member, spent: Spent, day: date, at: datetime, book: Rulebook, is_historic: bool
) -> None:
    """Write down what a purchase just changed for one locked member. Often: nothing."""
    if book.ladder is None:
        return
    held = written(member=member, ladder=book.ladder)
    moves = ladders.review(ladder=book.ladder, standing=held, spent=spent, day=day)
    changes = changes_of(member=member, moves=moves, at=at, book=book)
    keep(changes=changes, book=book, is_historic=is_historic)


def _locked(member_ids: Sequence[int]) -> list[Member]:
    members = Member.objects.filter(pk__in=member_ids).exclude(state=MemberState.CLOSED)
    posting.lock_many(list(members.values_list("holder_id", flat=True)))
    # Read after the lock: a purchase may have moved them meanwhile.
    return list(members.order_by("pk"))


def written(*, member: Member, ladder: Ladder) -> ladders.Standing:
    """Return the last move written down."""
    tier = rung_of(member.tier_id, ladder)
    # A tier that left the ladder gives nothing and ends with it.
    if tier is None:
        return ladders.Standing()
    return ladders.Standing(tier=tier.code, until=member.tier_until)


def rung_of(tier_id: int | None, ladder: Ladder) -> Rung | None:
    return next((rung for rung in ladder.rungs if rung.pk == tier_id), None)


def keep(*, changes: Sequence[TierChange], book: Rulebook, is_historic: bool) -> None:
    """Write changes down, each member's in order of time, and let the last one hold.

    Three statements for all of them: changes, members, events.
    """
    if not changes:
        return
    TierChange.objects.bulk_create(changes)
    last = {change.member_id: change for change in changes}
    for change in last.values():
        let_hold(change=change)
    Member.objects.bulk_update(
        [change.member for change in last.values()],
        ["tier", "tier_until", "tier_changed_at"],
        batch_size=500,
    )
    outbox.record_many([_event(change, book, is_historic) for change in changes])


def let_hold(*, change: TierChange) -> None:
    """Put a change on its member, who is saved by `keep`."""
    change.member.tier_id = change.to_tier_id
    change.member.tier_until = change.until
    change.member.tier_changed_at = change.changed_at


def changes_of(
    *, member: Member, moves: Iterable[Move], at: datetime, book: Rulebook
) -> list[TierChange]:
    """Return moves as rows not yet saved.

    A tier is reached at `at`; a validity ends at the start of the day after its last.
    """
    return [_change(member, move, at=at, book=book) for move in moves]


def _change(member: Member, move: Move, *, at: datetime, book: Rulebook) -> TierChange:
    before, after = book.tier(move.before.tier), book.tier(move.after.tier)
    is_reached = move.reason is Reason.REACHED
    return TierChange(
        member=member,
        from_tier_id=before.pk if before else None,
        to_tier_id=after.pk if after else None,
        reason=move.reason.value,
        changed_at=at if is_reached else zones.start_of_day(day=move.day, zone=book.zone),
        until=move.after.until,
    )


def _event(change: TierChange, book: Rulebook, is_historic: bool) -> outbox.Event:
    codes = {rung.pk: rung.code for rung in book.ladder.rungs} if book.ladder else {}
    payload = {
        "member": change.member.public_id,
        "from": codes.get(change.from_tier_id or 0),
        "to": codes.get(change.to_tier_id or 0),
        "reason": change.reason,
        "until": change.until.isoformat() if change.until else None,
    }
    return outbox.Event("tier.changed", payload, change.changed_at, is_historic)
