"""A changed ladder held against all members: looked at first, moving nobody, then applied.

Both go through the members in chunks, each a transaction that says how far it got: stopped
anywhere they go on from there, and two who work at once share the chunks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Ladder, Move, Reason
from loyalty.programmes.merits import Past
from loyalty.programmes.rulebook import Rulebook
from members import activity, moving, standing
from members.models import (
    Member,
    MemberState,
    ReviewState,
    TierChange,
    TierReview,
    TierReviewMove,
)

PERMISSION = "programmes.change_tierladder"
CHUNK = 1_000
Clock = Callable[[], datetime]


class LadderChanged(Refusal):
    code = "ladder-changed"
    status = 409
    title = _("The programme was changed since. Look again who would move.")


class ReviewNotReady(Refusal):
    code = "review-not-ready"
    status = 409
    title = _("This was applied already, or is still being looked at.")


def start(*, by: User, at: datetime) -> TierReview:
    """Begin to look at who would move by the ladder in force. The caller has it worked on.

    Raises NotPermitted.
    """
    permitting.check(user=by, permission=PERMISSION)
    return TierReview.objects.create(
        public_id=ids.new("rvw"),
        revision=books.get_book().revision,
        asked_by=by,
        asked_at=at,
        steps=_members().count(),
    )


@transaction.atomic
def apply(*, review: TierReview, lowers: bool, by: User, at: datetime) -> TierReview:
    """Let what was looked at be done, once; the caller has it worked on.

    Members rise; they are lowered before the end of their validity only if `lowers`. Raises
    NotPermitted, ReviewNotReady, or LadderChanged.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=PERMISSION)
    review = TierReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.state != ReviewState.LOOKED:
        raise ReviewNotReady
    if review.revision != books.get_book().revision:
        raise LadderChanged
    review.state, review.lowers = ReviewState.APPLYING, lowers
    review.applied_by, review.applied_at = user, at
    review.steps, review.done, review.reached = _asked(review).count(), 0, 0
    review.save()
    return review


def work(*, review: TierReview, clock: Clock) -> None:
    """Do what is left of looking, or of applying. Safe to run twice, or at once."""
    while _do_chunk(review_id=review.pk, at=clock()):
        pass


def count_moves(*, review: TierReview) -> Sequence[Mapping[str, Any]]:
    """Return how many would move from which tier to which: keys of tiers, up, and a count."""
    moves = review.moves.values("from_tier", "to_tier", "is_up").annotate(members=Count("pk"))
    return list(moves.order_by("-is_up", "from_tier__rank", "to_tier__rank"))


@posting.retried
@transaction.atomic
def _do_chunk(*, review_id: int, at: datetime) -> bool:
    """Work on the next members, and say whether there may be more."""
    review = TierReview.objects.select_for_update(of=("self",)).get(pk=review_id)
    book = books.get_book()
    if not review.is_at_work or book.ladder is None:
        return False
    is_looking = review.state == ReviewState.LOOKING
    worked = _look(review, book, at) if is_looking else _apply(review, book, at)
    review.done = F("done") + worked
    if not worked:
        review.state = ReviewState.LOOKED if is_looking else ReviewState.DONE
    review.save()
    return bool(worked)


def _look(review: TierReview, book: Rulebook, at: datetime) -> int:
    chunk = list(_members().filter(pk__gt=review.reached).order_by("pk")[:CHUNK])
    if not chunk or book.ladder is None:
        return 0
    ladder, tiers = book.ladder, {rung.code: rung.pk for rung in book.ladder.rungs}
    TierReviewMove.objects.bulk_create(
        TierReviewMove(
            review=review,
            member=member,
            from_tier_id=_tier(ladder.held(before), tiers),
            to_tier_id=_tier(ladder.held(moves[-1].after), tiers),
            is_up=ladder.held(moves[-1].after).rank > ladder.held(before).rank,
        )
        for member, before, moves in _fitted(chunk, at=at, book=book, ladder=ladder)
    )
    review.reached = chunk[-1].pk
    return len(chunk)


def _apply(review: TierReview, book: Rulebook, at: datetime) -> int:
    asked = list(_asked(review).filter(pk__gt=review.reached).order_by("pk")[:CHUNK])
    if not asked or book.ladder is None:
        return 0
    ladder = book.ladder
    members = standing.lock(member_ids=[move.member_id for move in asked])
    changes: list[TierChange] = []
    for member, before, moves in _fitted(members, at=at, book=book, ladder=ladder):
        # What they bought meanwhile counts: only who still moves that way is moved.
        is_up = ladder.held(moves[-1].after).rank > ladder.held(before).rank
        if is_up or review.lowers:
            changes += moving.changes_of(
                member=member,
                moves=moves,
                at=at,
                book=book,
                actor=f"user:{review.applied_by_id}",
                cause=review.public_id,
            )
    moving.keep(changes=changes, book=book, is_historic=False)
    review.moved = F("moved") + len({change.member_id for change in changes})
    review.reached = asked[-1].pk
    return len(asked)


Fitted = tuple[Member, ladders.Standing, Sequence[Move]]


def _fitted(
    members: Sequence[Member], *, at: datetime, book: Rulebook, ladder: Ladder
) -> Iterator[Fitted]:
    """Yield who would move, with where they stand and the moves: what has ended comes first."""
    day = book.business_day(at)
    held = {member.pk: moving.written(member=member, ladder=ladder) for member in members}
    since = standing.needed_since(day=day, standings=held.values(), ladder=ladder)
    found = activity.get_activity(members=members, since=since, ladder=ladder, book=book)
    for member in members:
        now, moves = _moves(held[member.pk], found[member.pk].past, day=day, ladder=ladder)
        if moves:
            yield member, now, moves


def _moves(
    written: ladders.Standing, past: Past, *, day: date, ladder: Ladder
) -> tuple[ladders.Standing, Sequence[Move]]:
    now, ended = ladders.settle(ladder=ladder, standing=written, past=past, day=day)
    fits = ladders.fit(
        ladder=ladder, standing=now, past=past, day=day, reason=Reason.LADDER_CHANGED
    )
    seen = [move for move in fits if move.reason is Reason.LADDER_CHANGED]
    return now, [*ended, *seen] if seen else []


def _members() -> QuerySet[Member]:
    return Member.objects.exclude(state=MemberState.CLOSED)


def _asked(review: TierReview) -> QuerySet[TierReviewMove]:
    moves = TierReviewMove.objects.filter(review=review)
    return moves if review.lowers else moves.filter(is_up=True)


def _tier(held: ladders.Held, tiers: dict[str, int]) -> int | None:
    return tiers[held.rung.code] if held.rung else None
