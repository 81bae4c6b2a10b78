"""What the programme offers for points, and what of it a member can have."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes import books
from members import standing
from members.models import Member
from rewards import stocking
from rewards.models import Reward


class Reach(enum.IntEnum):
    """How far a reward is, nearest first."""

    NOW = 0
    NEAR = 1
    LATER = 2
    LOCKED = 3
    EXHAUSTED = 4


@dataclass(frozen=True)
class Offer:
    """A reward as one member sees it. `missing` is what they still have to earn, in points."""

    reward: Reward
    reach: Reach
    missing: int


def get_shelf(*, at: datetime, limit: int | None = None) -> list[Reward]:
    """Return what everybody may see now, cheapest first. One query."""
    return list(Reward.objects.offered(at=at).with_terms().order_by("cost", "id")[:limit])


def get_offers(*, member: Member, at: datetime) -> list[Offer]:
    """Return the catalogue for a member: what they can have, what is near, then the rest.

    Near is when at least half of the price is there. Within each, cheapest first. The number
    of queries does not depend on the number of rewards.
    """
    held = balances.get_balances(holder_ids=[member.holder_id], at=at)
    mine, shelf = held.get(member.holder_id, {}), get_shelf(at=at)
    locked = _get_locked(shelf, member=member, at=at)
    offers = [_offer(reward, mine=mine, is_locked=reward.pk in locked) for reward in shelf]
    return sorted(offers, key=lambda offer: offer.reach)


def _get_locked(shelf: Sequence[Reward], *, member: Member, at: datetime) -> set[int]:
    """Return the rewards kept for a tier that the member does not hold at that moment."""
    kept = [reward for reward in shelf if reward.minimum_tier_id is not None]
    if not kept:
        return set()
    book = books.get_book()
    tier = standing.get_tier(member=member, at=at, book=book)
    return {r.pk for r in kept if not stocking.has_tier(tier=tier, reward=r, book=book)}


def _offer(reward: Reward, *, mine: Mapping[str, Balance], is_locked: bool) -> Offer:
    balance = mine.get(reward.wallet.code)
    available = balance.available if balance else 0
    missing = max(0, reward.cost - available)
    return Offer(reward, _reach(reward, missing=missing, is_locked=is_locked), missing)


def _reach(reward: Reward, *, missing: int, is_locked: bool) -> Reach:
    if is_locked:
        return Reach.LOCKED
    if reward.stock == 0:
        return Reach.EXHAUSTED
    if missing == 0:
        return Reach.NOW
    return Reach.NEAR if missing * 2 <= reward.cost else Reach.LATER
