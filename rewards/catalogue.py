"""What the programme offers for points, and what of it a member can have."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes import books
from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from members import standing
from members.models import Member
from rewards import limiting, pricing, stocking
from rewards.models import Reward
from rewards.pricing import Price


class Reach(enum.IntEnum):
    """How far a reward is, nearest first."""

    NOW = 0
    NEAR = 1
    LATER = 2
    NOT_YET = 3
    LOCKED = 4
    LIMITED = 5
    EXHAUSTED = 6
    ENDED = 7


@dataclass(frozen=True)
class Offer:
    """A reward as one member sees it, with its prices, its first wallet's first.

    `missing` is what they still have to earn of the first price, in points; `short` is that
    of every price that is not there yet. `resets_at` says when a limit that is reached lets
    them have another, if ever.
    """

    reward: Reward
    reach: Reach
    missing: int
    prices: Sequence[Price] = ()
    short: Sequence[Price] = ()
    resets_at: datetime | None = None


@dataclass(frozen=True)
class _Eyes:
    """What decides how far rewards are for one member at one moment."""

    at: datetime
    book: Rulebook
    tier: Rung | None
    balances: Mapping[str, Balance]
    reached: Mapping[int, datetime | None] = field(default_factory=dict)


def get_shelf(*, at: datetime, limit: int | None = None) -> list[Reward]:
    """Return what everybody may see now, cheapest first. Two queries."""
    return list(Reward.objects.shown(at=at).with_terms().order_by("cost", "id")[:limit])


def get_offers(
    *,
    member: Member,
    at: datetime,
    book: Rulebook | None = None,
    held: Mapping[str, Balance] | None = None,
) -> list[Offer]:
    """Return the catalogue for a member: what they can have, what is near, then the rest.

    Near is when at least half of every price is there. Within each, cheapest first. The
    number of queries does not depend on the number of rewards. `book` and `held`, the member's
    balances by wallet, are read unless they are known.
    """
    shelf = get_shelf(at=at)
    eyes = _get_eyes(member, shelf, at=at, book=book, held=held)
    return sorted((_offer(reward, eyes) for reward in shelf), key=lambda offer: offer.reach)


def get_offer(
    *,
    member: Member,
    reward: Reward,
    at: datetime,
    book: Rulebook | None = None,
    held: Mapping[str, Balance] | None = None,
) -> Offer:
    """Return one reward as a member sees it, shown in the catalogue or not, as `get_offers`.

    Needs `with_terms`.
    """
    return _offer(reward, _get_eyes(member, [reward], at=at, book=book, held=held))


def _get_eyes(
    member: Member,
    shelf: Sequence[Reward],
    *,
    at: datetime,
    book: Rulebook | None,
    held: Mapping[str, Balance] | None,
) -> _Eyes:
    book = book or books.get_book()
    if held is None:
        found = balances.get_balances(holder_ids=[member.holder_id], at=at)
        held = found.get(member.holder_id, {})
    return _Eyes(
        at=at,
        book=book,
        tier=standing.get_tier(member=member, at=at, book=book),
        balances=held,
        reached=limiting.get_reached(member=member, rewards=shelf, at=at, book=book),
    )


def _offer(reward: Reward, eyes: _Eyes) -> Offer:
    prices = pricing.get_prices(reward)
    missing = [Price(p.wallet, p.missing(balances=eyes.balances)) for p in prices]
    return Offer(
        reward=reward,
        reach=_obstacle(reward, eyes) or _distance(prices, missing),
        missing=missing[0].points,
        prices=prices,
        short=tuple(price for price in missing if price.points),
        resets_at=eyes.reached.get(reward.pk),
    )


def _obstacle(reward: Reward, eyes: _Eyes) -> Reach | None:
    """Return what no number of points helps against; what lasts longest comes first."""
    if reward.has_ended(at=eyes.at):
        return Reach.ENDED
    if not stocking.has_tier(tier=eyes.tier, reward=reward, book=eyes.book):
        return Reach.LOCKED
    if reward.is_exhausted:
        return Reach.EXHAUSTED
    if not reward.has_begun(at=eyes.at):
        return Reach.NOT_YET
    return Reach.LIMITED if reward.pk in eyes.reached else None


def _distance(prices: Sequence[Price], missing: Sequence[Price]) -> Reach:
    if not any(price.points for price in missing):
        return Reach.NOW
    pairs = zip(prices, missing, strict=True)
    is_near = all(short.points * 2 <= price.points for price, short in pairs)
    return Reach.NEAR if is_near else Reach.LATER
