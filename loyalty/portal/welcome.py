"""What the front page shows of the programme: read once, then only formatted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.portal import wording
from loyalty.portal.wording import Earning
from loyalty.programmes import books
from loyalty.programmes.models import Store, Tier
from loyalty.programmes.rulebook import Rulebook
from loyalty.templatetags import look
from rewards import catalogue
from rewards.models import Reward, RewardKind

_SHOWN = 6
_ICONS = {
    RewardKind.VOUCHER: "ticket",
    RewardKind.PRODUCT: "package",
    RewardKind.DISCOUNT: "percent",
}


@dataclass(frozen=True)
class TierCard:
    """A rung of the ladder. Without a threshold everybody starts there."""

    code: str
    name: str
    threshold_cents: int
    months: int
    multiplier: Decimal | None
    benefits: list[str]


@dataclass(frozen=True)
class RewardCard:
    """A reward on the shelf, its price in words, and how many are left when few."""

    name: str
    description: str
    icon: str
    price: str
    tier: str
    left: int | None


@dataclass(frozen=True)
class Welcome:
    """The programme as a visitor sees it. `base` is what every purchase gives, in words."""

    name: str
    currency: str
    base: str
    earnings: list[Earning]
    notes: list[str]
    tiers: list[TierCard]
    rewards: list[RewardCard]
    stores: list[Store]
    example_points: int


def get_welcome(*, at: datetime) -> Welcome:
    """Return what the front page shows. Raises books.ProgrammeMissing before there is one."""
    book = books.get_book()
    earnings = wording.earnings(book=book, at=at)
    shelf = catalogue.get_shelf(at=at, limit=_SHOWN)
    return Welcome(
        name=book.name,
        currency=book.currency,
        base=next((earning.gives for earning in earnings if earning.is_base), ""),
        earnings=sorted(earnings, key=lambda earning: not earning.is_base),
        notes=_notes(book, shelf),
        tiers=_tiers(book),
        rewards=[_reward(reward, book) for reward in shelf],
        stores=list(Store.objects.filter(is_active=True, is_training=False).order_by("name")),
        example_points=shelf[0].cost if shelf else 0,
    )


def _notes(book: Rulebook, shelf: list[Reward]) -> list[str]:
    wallet = book.wallet(book.spending_wallet)
    notes = [wording.expiry(wallet.expiry)]
    if wallet.pending_days:
        notes.append(_available_after(wallet.pending_days))
    notes.append(_("The points that expire first are always used first."))
    if shelf:
        notes.append(_("A voucher is used once, at the till, until the date written on it."))
    return notes


def _available_after(days: int) -> str:
    said = ngettext(
        "You can use them %(count)s day after your purchase.",
        "You can use them %(count)s days after your purchase.",
        days,
    )
    return said % {"count": look.number(days)}


def _tiers(book: Rulebook) -> list[TierCard]:
    if book.ladder is None:
        return []
    rungs = {rung.pk for rung in book.ladder.rungs}
    rows = Tier.objects.filter(pk__in=rungs).order_by("threshold_cents")
    return [_tier(row, months=book.ladder.window_months) for row in rows]


def _tier(tier: Tier, *, months: int) -> TierCard:
    words = wording.in_language(french=tier.benefits_fr, english=tier.benefits_en)
    return TierCard(
        code=tier.code,
        name=wording.in_language(french=tier.name_fr, english=tier.name_en),
        threshold_cents=tier.threshold_cents,
        months=months,
        multiplier=tier.multiplier.normalize() if tier.multiplier > 1 else None,
        benefits=[line.strip() for line in words.splitlines() if line.strip()],
    )


def _reward(reward: Reward, book: Rulebook) -> RewardCard:
    tier = reward.minimum_tier
    return RewardCard(
        name=reward.name,
        description=reward.description,
        icon=_ICONS[RewardKind(reward.kind)],
        price=_price(reward, book),
        tier=wording.in_language(french=tier.name_fr, english=tier.name_en) if tier else "",
        left=reward.stock if reward.stock is not None and reward.stock <= 5 else None,
    )


def _price(reward: Reward, book: Rulebook) -> str:
    if reward.wallet.code == book.spending_wallet:
        return look.points(reward.cost)
    wallet = book.wallet(reward.wallet.code)
    unit = wording.in_language(french=wallet.name_fr, english=wallet.name_en) or wallet.code
    return f"{look.number(reward.cost)} {unit}"
