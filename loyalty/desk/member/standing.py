"""Where a member stands on the ladder, how far the next tier and this one are, and their moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from loyalty.desk import people
from loyalty.programmes import rungs
from loyalty.programmes.ahead import ToKeep, ToNext
from loyalty.programmes.ladder import Reason
from loyalty.programmes.rulebook import Rulebook
from members import benefits, standing, words
from members.giving import GivenReason
from members.models import Member, TierChange

_MOVES = 12


@dataclass(frozen=True)
class Goal:
    """A tier to reach or to keep: what is missing in words, and how much is done, in per cent."""

    tier: str
    missing: str
    percent: int
    by: date | None


@dataclass(frozen=True)
class Move:
    """One move on the ladder, in words."""

    at: datetime
    left: str
    reached: str
    why: str
    by: str
    until: date | None


@dataclass(frozen=True)
class Tiered:
    """A member's tier with what it takes to rise and to stay, and how they came there."""

    name: str
    code: str
    until: date | None
    is_given: bool
    to_next: Goal | None
    to_keep: Goal | None
    moves: Sequence[Move]


def get_tiered(*, member: Member, book: Rulebook, at: datetime) -> Tiered:
    """Return where a member stands at a moment, as the night will write it down."""
    now = standing.get_standing(member=member, at=at, book=book)
    return Tiered(
        name=words.of_tier(now.tier) if now.tier else "",
        code=now.tier.code if now.tier else "",
        until=now.until,
        is_given=now.is_given,
        to_next=_goal(now.to_next, book),
        to_keep=_goal(now.to_keep, book),
        moves=_moves(member),
    )


def _goal(ahead: ToNext | ToKeep | None, book: Rulebook) -> Goal | None:
    if ahead is None:
        return None
    missing = rungs.of_gap(ahead.gap, currency=book.currency)
    return Goal(words.of_tier(book.tier(ahead.tier)), missing, ahead.gap.done, ahead.by)


def _moves(member: Member) -> list[Move]:
    changes = TierChange.objects.filter(member=member).select_related("from_tier", "to_tier")
    last = list(changes.order_by("-changed_at", "-pk")[:_MOVES])
    names = people.get_names(actors=[change.actor for change in last])
    return [
        Move(
            at=change.changed_at,
            left=words.of_tier(change.from_tier),
            reached=words.of_tier(change.to_tier),
            why=_why(change),
            by=names.get(change.actor, ""),
            until=change.given_until if change.reason == Reason.GIVEN else change.until,
        )
        for change in last
    ]


def _why(change: TierChange) -> str:
    why = words.of_move(change.reason, left=change.from_tier, reached=change.to_tier)
    if change.cause in GivenReason.values:
        return _("%(why)s: %(cause)s") % {"why": why, "cause": GivenReason(change.cause).label}
    if change.cause == benefits.CAUSE:
        paid = _("paid membership")
        is_given = change.reason == Reason.GIVEN
        return paid if is_given else _("%(why)s: %(cause)s") % {"why": why, "cause": paid}
    return why
