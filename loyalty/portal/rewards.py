"""The catalogue as one member sees it, and one reward of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404

from loyalty.core import languages
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.portal import card, pricing
from loyalty.portal.card import Halt
from loyalty.programmes.rulebook import Rulebook
from members.models import Member
from rewards import catalogue
from rewards.catalogue import Offer, Reach
from rewards.models import Reward, RewardKind

ICONS = {
    RewardKind.VOUCHER: "ticket",
    RewardKind.PRODUCT: "package",
    RewardKind.DISCOUNT: "percent",
}
_FEW = 5
_AIMS = frozenset({Reach.NEAR, Reach.LATER, Reach.NOT_YET})


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A reward and how far it is. `short` says in words what is still missing of its price."""

    public_id: str
    name: str
    description: str
    where: str
    picture: str
    alt: str
    icon: str
    price: str
    state: str
    short: str
    tier: str
    left: int | None
    opens_on: date | None
    last_day: date | None
    again_on: date | None

    # Properties

    @property
    def is_out_of_reach(self) -> bool:
        """Whether no number of points would help."""
        return self.state in {"LOCKED", "LIMITED", "EXHAUSTED", "ENDED"}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter of the catalogue; without a code it is all of it."""

    code: str
    name: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """What can be had now, what is ahead, and what is not for this member for now."""

    balance: int
    now: Sequence[Shown]
    ahead: Sequence[Shown]
    others: Sequence[Shown]
    chips: Sequence[Chip]

    # Properties

    @property
    def is_empty(self) -> bool:
        return not (self.now or self.ahead or self.others)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One reward, and what asking for it says: the prices agreed to, and what will be left."""

    shown: Shown
    halt: Halt | None
    agreed: str
    left_over: str
    voucher_until: date

    # Properties

    @property
    def can_be_had(self) -> bool:
        return self.shown.state == "NOW" and self.halt is None


def get_catalogue(
    *, member: Member, at: datetime, book: Rulebook, category: str = ""
) -> Catalogue:
    """Return the page, of one category if it has any. As many statements for any catalogue."""
    held = _get_held(member, at)
    offers = catalogue.get_offers(member=member, at=at, book=book, held=held)
    chips = _chips(offers, category)
    if any(chip.is_current and chip.code for chip in chips):
        offers = [offer for offer in offers if _category(offer) == category]
    return Catalogue(
        balance=_available(held).get(book.spending_wallet, 0),
        now=_show(offers, {Reach.NOW}, book),
        ahead=_show(offers, _AIMS, book),
        others=_show(offers, set(Reach) - _AIMS - {Reach.NOW}, book),
        chips=chips,
    )


def get_page(*, member: Member, public_id: str, at: datetime, book: Rulebook) -> Page:
    """Return the page of a reward that the catalogue shows. Raises Http404 for any other."""
    reward = Reward.objects.shown(at=at).with_terms().filter(public_id=public_id).first()
    if reward is None:
        raise Http404
    held = _get_held(member, at)
    offer = catalogue.get_offer(member=member, reward=reward, at=at, book=book, held=held)
    return Page(
        shown=_shown(offer, book),
        halt=card.halt_of(member=member, at=at),
        agreed=pricing.as_text(offer.prices),
        left_over=pricing.left_over(offer.prices, held=_available(held), book=book),
        voucher_until=book.business_day(at) + timedelta(days=reward.voucher_days),
    )


def few_left(reward: Reward) -> int | None:
    """Return how many are left when there are few, so that nobody comes too late."""
    is_few = reward.stock is not None and 0 < reward.stock <= _FEW
    return reward.stock if is_few else None


def _get_held(member: Member, at: datetime) -> Mapping[str, Balance]:
    return balances.get_balances(holder_ids=[member.holder_id], at=at).get(member.holder_id, {})


def _available(held: Mapping[str, Balance]) -> dict[str, int]:
    return {code: one.available for code, one in held.items()}


def _show(
    offers: Sequence[Offer], reaches: set[Reach] | frozenset[Reach], book: Rulebook
) -> list[Shown]:
    return [_shown(offer, book) for offer in offers if offer.reach in reaches]


def _shown(offer: Offer, book: Rulebook) -> Shown:
    reward, tier = offer.reward, offer.reward.minimum_tier
    return Shown(
        public_id=reward.public_id,
        name=reward.name,
        description=reward.description,
        where=reward.where,
        picture=reward.picture_id or "",
        alt=reward.picture_alt,
        icon=ICONS[RewardKind(reward.kind)],
        price=pricing.in_words(offer.prices, book=book),
        state=offer.reach.name,
        short=pricing.in_words(offer.short, book=book),
        tier=languages.in_language(french=tier.name_fr, english=tier.name_en) if tier else "",
        left=few_left(reward),
        opens_on=_day(reward.starts_at, book) if offer.reach == Reach.NOT_YET else None,
        last_day=book.last_day(reward.ends_at) if reward.ends_at else None,
        again_on=_day(offer.resets_at, book),
    )


def _day(moment: datetime | None, book: Rulebook) -> date | None:
    return book.business_day(moment) if moment else None


def _category(offer: Offer) -> str:
    return offer.reward.category.code if offer.reward.category else ""


def _chips(offers: Sequence[Offer], current: str) -> list[Chip]:
    """Return a chip for each category that has something to show, in their order."""
    found = {offer.reward.category for offer in offers if offer.reward.category}
    ordered = sorted(found, key=lambda category: (category.place, category.name))
    is_known = current in {category.code for category in ordered}
    chips = [Chip(code=one.code, name=one.name, is_current=one.code == current) for one in ordered]
    return [Chip(code="", name="", is_current=not is_known), *chips] if chips else []
