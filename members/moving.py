"""Moves on the ladder as they are kept: what holds of a member, and the rows that tell how."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from loyalty.core import zones
from loyalty.events import outbox
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move, Reason, Rung
from loyalty.programmes.rulebook import Rulebook
from members.models import Member, TierChange
from members.models.people import TIER_FIELDS

# What a moment of the day brought about; an end comes with the day after it.
_AT_ONCE = frozenset(Reason) - {Reason.RENEWED, Reason.NOT_KEPT, Reason.GIVEN_OVER}
# Nothing that holds has changed: it is nobody's news.
_SILENT = frozenset({Reason.BENEATH})


def written(*, member: Member, ladder: Ladder) -> ladders.Standing:
    """Return the last move written down. A tier that left the ladder gives nothing."""
    if member.given_tier_id is None:
        return _standing(ladder, member.tier_id, member.tier_until)
    earned = _standing(ladder, member.earned_tier_id, member.earned_until)
    return _with_given(earned, ladder, member.given_tier_id, member.given_until)


def held_in(*, changes: Iterable[TierChange], at: datetime, ladder: Ladder) -> ladders.Standing:
    """Return the last of a member's changes by a moment, as a standing."""
    until_then = [change for change in changes if change.changed_at <= at]
    if not until_then:
        return ladders.Standing()
    last = until_then[-1]
    if last.given_tier_id is None:
        return _standing(ladder, last.to_tier_id, last.until)
    earned = _standing(ladder, last.earned_tier_id, last.earned_until)
    return _with_given(earned, ladder, last.given_tier_id, last.given_until)


def _standing(ladder: Ladder, tier_id: int | None, until: date | None) -> ladders.Standing:
    tier = rung_of(tier_id, ladder)
    return ladders.Standing(tier=tier.code, until=until) if tier else ladders.Standing()


def _with_given(
    earned: ladders.Standing, ladder: Ladder, tier_id: int, until: date | None
) -> ladders.Standing:
    given = rung_of(tier_id, ladder)
    return replace(earned, given=given.code, given_until=until) if given else earned


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
        [change.member for change in last.values()], TIER_FIELDS, batch_size=500
    )
    told = [change for change in changes if change.reason not in _SILENT]
    outbox.record_many([_event(change, book, is_historic) for change in told])


def let_hold(*, change: TierChange) -> None:
    """Put a change on its member, who is saved by `keep`."""
    member = change.member
    member.tier_id, member.tier_until = change.to_tier_id, change.until
    member.tier_changed_at = change.changed_at
    member.given_tier_id, member.given_until = change.given_tier_id, change.given_until
    member.earned_tier_id, member.earned_until = change.earned_tier_id, change.earned_until


def changes_of(
    *,
    member: Member,
    moves: Iterable[Move],
    at: datetime,
    book: Rulebook,
    actor: str = "",
    cause: str = "",
) -> list[TierChange]:
    """Return moves as rows not yet saved, with who or what made them where somebody did.

    A tier is reached at `at`; a validity ends at the start of the day after its last.
    """
    if book.ladder is None:
        return []
    return [
        _change(member, move, at=at, book=book, ladder=book.ladder, actor=actor, cause=cause)
        for move in moves
    ]


def _change(
    member: Member,
    move: Move,
    *,
    at: datetime,
    book: Rulebook,
    ladder: Ladder,
    actor: str,
    cause: str,
) -> TierChange:
    before, after = ladder.held(move.before), ladder.held(move.after)
    is_at_once = move.reason in _AT_ONCE
    change = TierChange(
        member=member,
        from_tier_id=before.rung.pk if before.rung else None,
        to_tier_id=after.rung.pk if after.rung else None,
        reason=move.reason.value,
        actor=actor if is_at_once else "",
        cause=cause if is_at_once else "",
        changed_at=at if is_at_once else zones.start_of_day(day=move.day, zone=book.zone),
        until=after.until,
    )
    if given := ladder.get(move.after.given):
        earned = ladder.get(move.after.tier)
        change.given_tier_id, change.given_until = given.pk, move.after.given_until
        change.earned_tier_id = earned.pk if earned else None
        change.earned_until = move.after.until
    return change


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
