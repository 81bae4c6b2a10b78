"""Who has just come to have enough for a reward: found from the entries that brought it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Count, Model, QuerySet

from loyalty.events import outbox
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.ledger.models import Entry
from loyalty.programmes import books
from members import sharing, standing
from members.models import Member
from rewards import catalogue, limiting, pricing, stocking
from rewards.models import ReadyNotice, Redemption, Reward

Pair = tuple[int, int]
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Rise:
    """An entry after which a holder had more of a wallet than before it."""

    holder_id: int
    account_id: int
    wallet: str
    number: int
    available: int


@transaction.atomic
def tell(*, rises: Sequence[Rise], at: datetime) -> int:
    """Record `reward.ready` for each member, with the rewards whose price a rise has reached.

    Only what they can have at `at`: offered, left, for their tier, and with every price
    there. Once per member and reward until they have redeemed it; safe to repeat. Returns
    of how many rewards was told. The number of queries depends on neither members nor rewards.
    """
    shelf = catalogue.get_shelf(at=at)
    crossed = _get_crossed(rises, shelf)
    members, reached = _get_members(crossed)
    pairs = _get_ready(members, shelf, reached, at=at)
    return _say(pairs, at=at)


def _get_crossed(rises: Sequence[Rise], shelf: Sequence[Reward]) -> dict[int, set[int]]:
    """Return by holder the rewards of which a price lies between before and after."""
    before = _get_before(rises)
    crossed: dict[int, set[int]] = {}
    for rise in rises:
        start = before.get((rise.account_id, rise.number - 1), 0)
        for reward in shelf:
            costs = (p.points for p in pricing.get_prices(reward) if p.wallet == rise.wallet)
            if any(start < cost <= rise.available for cost in costs):
                crossed.setdefault(rise.holder_id, set()).add(reward.pk)
    return crossed


def _get_before(rises: Sequence[Rise]) -> dict[Pair, int]:
    rows = Entry.objects.filter(
        account__in={rise.account_id for rise in rises},
        number__in={rise.number - 1 for rise in rises},
    ).values_list("account_id", "number", "available_after", "debt_after")
    return {(account, number): has - owes for account, number, has, owes in rows}


def _get_members(crossed: Mapping[int, set[int]]) -> tuple[list[Member], dict[int, set[int]]]:
    """Return whose points they are, each once, and by member the rewards they came to reach."""
    members: dict[int, Member] = {}
    reached: dict[int, set[int]] = defaultdict(set)
    for holder, owners in sharing.get_owners(holder_ids=crossed).items():
        for member in owners:
            members[member.pk] = member
            reached[member.pk] |= crossed[holder]
    return list(members.values()), reached


def _get_ready(
    members: Sequence[Member],
    shelf: Sequence[Reward],
    reached: Mapping[int, Collection[int]],
    *,
    at: datetime,
) -> list[tuple[Member, Reward]]:
    book = books.get_book()
    held = balances.get_balances(holder_ids=[m.holder_id for m in members], at=at)
    tiers = standing.get_tiers(members=members, moment_of=lambda _member: at, book=book)
    had_enough = limiting.get_reached_by(members=members, rewards=shelf, at=at, book=book)
    return [
        (member, reward)
        for member in members
        for reward in shelf
        if reward.pk in reached[member.pk]
        and (member.pk, reward.pk) not in had_enough
        and reward.is_offered(at=at)
        and not reward.is_exhausted
        and stocking.has_tier(tier=tiers[member.pk], reward=reward, book=book)
        and _is_paid_for(reward, held.get(member.holder_id, {}))
    ]


def _is_paid_for(reward: Reward, held: Mapping[str, Balance]) -> bool:
    return not any(price.missing(balances=held) for price in pricing.get_prices(reward))


def _say(pairs: Sequence[tuple[Member, Reward]], *, at: datetime) -> int:
    turns = _get_turns(pairs)
    said = set(_in(ReadyNotice.objects.all(), pairs).values_list("member", "reward", "turn"))
    new = [
        (member, reward, turns.get((member.pk, reward.pk), 0))
        for member, reward in pairs
        if (member.pk, reward.pk, turns.get((member.pk, reward.pk), 0)) not in said
    ]
    # Of two relays at once the second is refused here, and tries again when it can see.
    ReadyNotice.objects.bulk_create(
        ReadyNotice(member=member, reward=reward, turn=turn, said_at=at)
        for member, reward, turn in new
    )
    outbox.record_many(_events([(member, reward) for member, reward, _turn in new], at=at))
    return len(new)


def _get_turns(pairs: Sequence[tuple[Member, Reward]]) -> dict[Pair, int]:
    """Return how often each member had each reward before, cancelled or not."""
    rows = _in(Redemption.objects.all(), pairs).values_list("member", "reward")
    counted = rows.annotate(count=Count("pk")).order_by()
    return {(member, reward): count for member, reward, count in counted}


def _in(rows: QuerySet[_Row], pairs: Sequence[tuple[Member, Reward]]) -> QuerySet[_Row]:
    """Return the rows of these members and these rewards, and of some other pairs of them."""
    members = {member.pk for member, _reward in pairs}
    return rows.filter(member__in=members, reward__in={reward.pk for _member, reward in pairs})


def _events(pairs: Iterable[tuple[Member, Reward]], *, at: datetime) -> Iterator[outbox.Event]:
    """Return one event for each member: what came within reach together is told together."""
    ready: dict[str, list[Reward]] = defaultdict(list)
    for member, reward in pairs:
        ready[member.public_id].append(reward)
    for member_id, rewards in ready.items():
        told = [{"reward": reward.public_id, "points": reward.cost} for reward in rewards]
        yield outbox.Event("reward.ready", {"member": member_id, "rewards": told}, at)
