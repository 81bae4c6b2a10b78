"""What tills are answered about rewards. Plain dictionaries, as in `members.api.answers`."""

from datetime import datetime
from typing import Any

from loyalty.core import money
from loyalty.ledger import balances
from loyalty.programmes.rulebook import Rulebook
from members.api import answers
from members.api.answers import moment_of
from rewards import pricing
from rewards.catalogue import Offer
from rewards.models import Redemption, Reward


def of_reward(*, reward: Reward, book: Rulebook) -> dict[str, Any]:
    """Return a reward as everybody sees it. Needs `with_terms`."""
    cents = reward.value_cents
    return {
        "id": reward.public_id,
        "name": reward.name,
        "description": reward.description,
        "kind": reward.kind.lower(),
        "category": reward.category.code if reward.category else None,
        "prices": [vars(price) for price in pricing.get_prices(reward)],
        "value": None if cents is None else money.to_text(cents=cents, currency=book.currency),
        "left": 0 if reward.is_exhausted else reward.stock,
        "tier": reward.minimum_tier.code if reward.minimum_tier else None,
        "offered_from": _moment(reward.starts_at, book),
        "offered_until": _moment(reward.ends_at, book),
    }


def of_offer(*, offer: Offer, book: Rulebook) -> dict[str, Any]:
    """Return a reward as one member sees it."""
    return {
        **of_reward(reward=offer.reward, book=book),
        "reach": offer.reach.name.lower(),
        "missing": [vars(price) for price in offer.short],
        "resets_at": _moment(offer.resets_at, book),
    }


def of_redemption(*, redemption: Redemption, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a redemption, its voucher with its code, and what its member has now."""
    member, voucher = redemption.member, redemption.voucher
    held = balances.get_balances(holder_ids=[member.holder_id], at=at)[member.holder_id]
    # The same member: not to be read again.
    voucher.member = member
    return {
        "id": redemption.public_id,
        "member": member.public_id,
        "reward": redemption.reward.public_id,
        "name": redemption.reward.name,
        "points": redemption.points,
        "redeemed_at": moment_of(redemption.redeemed_at, book),
        "cancelled_at": _moment(redemption.cancelled_at, book),
        "voucher": answers.of_one_voucher(voucher=voucher, at=at, book=book),
        "balance": answers.of_balance(balance=held[book.spending_wallet], book=book),
    }


def _moment(moment: datetime | None, book: Rulebook) -> str | None:
    return moment_of(moment, book) if moment else None
