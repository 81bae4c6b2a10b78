"""What may be had, and how many are left. Stock is changed in the database, never in Python."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.programmes import books
from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from members import blocking, moving, standing
from members.models import Member
from members.vouchering import Code
from rewards import limiting, pooling
from rewards.models import Redemption, Reward


class RewardUnavailable(Refusal):
    code = "reward-unavailable"
    title = _("This reward is not offered at the moment.")


class RewardNotEligible(Refusal):
    code = "reward-not-eligible"
    title = _("This reward is kept for a higher tier.")


class RewardExhausted(Refusal):
    code = "reward-exhausted"
    title = _("None of this reward is left.")


def check_eligible(*, member: Member, reward: Reward, at: datetime) -> None:
    """Refuse a member who may not spend or had enough, a reward not offered, a tier not reached.

    Both as the caller loaded them: load them under the lock of the holder's accounts.
    """
    blocking.check_may_spend(member=member, at=at)
    if not reward.is_offered(at=at):
        raise RewardUnavailable(reward=reward.public_id)
    if reward.minimum_tier_id is None and reward.limit_count is None:
        return
    book = books.get_book()
    tier = standing.get_tier(member=member, at=at, book=book) if reward.minimum_tier_id else None
    if not has_tier(tier=tier, reward=reward, book=book):
        raise RewardNotEligible(reward=reward.public_id)
    limiting.check_limit(member=member, reward=reward, at=at, book=book)


def has_tier(*, tier: Rung | None, reward: Reward, book: Rulebook) -> bool:
    """Say whether a tier that holds now is at least the one the reward asks for."""
    if reward.minimum_tier_id is None:
        return True
    asked = moving.rung_of(reward.minimum_tier_id, book.ladder) if book.ladder else None
    return tier is not None and asked is not None and tier.rank >= asked.rank


def take_code(reward: Reward, *, at: datetime) -> Code | None:
    """Take a code from the reward's pool, None where it has no pool, or raise RewardExhausted."""
    if reward.pool_id is None:
        return None
    code = pooling.draw(pool_id=reward.pool_id, at=at)
    if code is None:
        raise RewardExhausted(reward=reward.public_id)
    return code


def take_one(reward: Reward) -> bool:
    """Take one from the stock, or raise RewardExhausted; say whether there is a stock at all.

    One conditional UPDATE: of two buyers of the last one, the second finds none.
    """
    counted = Reward.objects.filter(pk=reward.pk, stock__isnull=False)
    if counted.filter(stock__gt=0).update(stock=F("stock") - 1):
        return True
    if counted.exists():
        raise RewardExhausted(reward=reward.public_id)
    return False


def give_back(redemption: Redemption) -> None:
    """Put back what a redemption took, where the reward is still counted."""
    if redemption.is_from_stock:
        counted = Reward.objects.filter(pk=redemption.reward_id, stock__isnull=False)
        counted.update(stock=F("stock") + 1)


class StockTooSmall(Refusal):
    code = "stock-too-small"
    title = _("There are fewer than that left.")


@transaction.atomic
def restock(*, reward: Reward, pieces: int) -> None:
    """Add pieces to the stock, or take some out where negative.

    The history keeps how many there were. What members take meanwhile stays taken. A reward
    without a limit is counted from then on. Raises StockTooSmall where fewer are left than are
    to be taken out.
    """
    row = Reward.objects.select_for_update(of=("self",)).get(pk=reward.pk)
    left = (row.stock or 0) + pieces
    if left < 0:
        raise StockTooSmall(reward=reward.public_id)
    _count(row, left)


@transaction.atomic
def stop_counting(*, reward: Reward) -> None:
    """Offer as many as asked for; its history says how many were left."""
    _count(Reward.objects.select_for_update(of=("self",)).get(pk=reward.pk), None)


def _count(row: Reward, stock: int | None) -> None:
    """Write a locked row's stock, and what it was: sales alone leave no row in the history."""
    if row.stock == stock:
        return
    before, after = ("no-limit" if count is None else str(count) for count in (row.stock, stock))
    row._change_reason = f"restocked:{before}>{after}"  # type: ignore[attr-defined]
    row.stock = stock
    row.save(update_fields=["stock"])
