"""What the front page shows of the programme: read once, then only formatted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.core import languages
from loyalty.portal import pricing, rewards, wording
from loyalty.portal.wording import Earning
from loyalty.programmes import books, rungs, summaries
from loyalty.programmes.models import Store, Tier
from loyalty.programmes.rulebook import Rulebook
from loyalty.templatetags import look
from rewards import catalogue
from rewards.models import Reward, RewardKind
from rewards.pricing import get_prices

_SHOWN = 6


@dataclass(frozen=True)
class TierCard:
    """A rung of the ladder. Without a threshold everybody starts there."""

    code: str
    name: str
    threshold: str
    multiplier: Decimal | None
    benefits: list[str]


@dataclass(frozen=True)
class RewardCard:
    """A reward on the shelf, its price in words, and how many are left when few."""

    name: str
    description: str
    picture: str
    alt: str
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
    shelf = [one for one in catalogue.get_shelf(at=at) if one.is_offered(at=at)][:_SHOWN]
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
    if wallet.inactivity:
        said = summaries.inactivity(wallet.inactivity)
        notes.append(_("All of them are %(lost)s.") % {"lost": said})
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
    asked = {
        rung.pk: rungs.of_threshold(rung=rung, ladder=book.ladder, currency=book.currency)
        for rung in book.ladder.rungs
    }
    rows = Tier.objects.filter(pk__in=asked).order_by("rank")
    return [_tier(row, threshold=asked[row.pk]) for row in rows]


def _tier(tier: Tier, *, threshold: str) -> TierCard:
    words = languages.in_language(french=tier.benefits_fr, english=tier.benefits_en)
    return TierCard(
        code=tier.code,
        name=languages.in_language(french=tier.name_fr, english=tier.name_en),
        threshold=threshold,
        multiplier=tier.multiplier.normalize() if tier.multiplier > 1 else None,
        benefits=[line.strip() for line in words.splitlines() if line.strip()],
    )


def _reward(reward: Reward, book: Rulebook) -> RewardCard:
    tier = reward.minimum_tier
    return RewardCard(
        name=reward.name,
        description=reward.description,
        picture=reward.picture_id or "",
        alt=reward.picture_alt,
        icon=rewards.ICONS[RewardKind(reward.kind)],
        price=pricing.in_words(get_prices(reward), book=book),
        tier=languages.in_language(french=tier.name_fr, english=tier.name_en) if tier else "",
        left=0 if reward.is_exhausted else rewards.few_left(reward),
    )
