"""What a member sees first: their card, what they have, what is next, what expires."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.ledger.models import Account
from loyalty.portal import membership, movements, offers, pricing, survey, waiting
from loyalty.portal.membership import Held
from loyalty.portal.movements import Row
from loyalty.portal.offers import ForYou
from loyalty.portal.survey import Asked
from loyalty.portal.waiting import Waiting
from loyalty.programmes import rungs, summaries
from loyalty.programmes.ahead import ToKeep, ToNext
from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from members import showing, stamping, standing, statements
from members.models import Member, MemberState, Voucher
from members.stamping import Stamped
from members.standing import Standing
from rewards import catalogue
from rewards.catalogue import Offer, Reach

_OFFERS, _VOUCHERS, _MOVEMENTS = 4, 3, 3
_SOON = timedelta(days=30)
_NOTHING = Balance(available=0, pending=0, held=0, debt=0, next_expiry=None)
_EDGES = frozenset({"bronze", "silver", "gold", "platinum"})
# Shown while there is something to aim at; the others say why not on their own page.
_AIMS = frozenset({Reach.NOW, Reach.NEAR, Reach.LATER})


@dataclass(frozen=True, kw_only=True)
class Expiring:
    """Points that die next, the last day on which they can be used, and what would keep them."""

    points: int
    last_day: date
    is_soon: bool
    is_this_year: bool
    kept_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A tier to reach or to keep: what is missing in words, or nothing, and by when."""

    tier: str
    missing: str
    by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Whole percents of the way to the next tier, or to keeping the highest one.

    `keep` is where the threshold of the tier that is held stands on that way.
    """

    filled: int
    keep: int | None


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Where a member stands: the tier and its last day, and what is ahead."""

    code: str
    name: str
    until: date | None
    next: Aim | None
    keep: Aim | None
    meter: Meter | None


@dataclass(frozen=True, kw_only=True)
class Halt:
    """Why nothing can be spent now: blocked, or locked until a moment."""

    is_blocked: bool
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reachable:
    """A reward to aim at: its price, and what is still missing of it, in words; or nothing."""

    public_id: str
    name: str
    picture: str
    alt: str
    price: str
    short: str


@dataclass(frozen=True, kw_only=True)
class OpenVoucher:
    """A voucher that a till would take, and the last day on which it would."""

    pk: int
    name: str
    last_day: date


@dataclass(frozen=True, kw_only=True)
class MemberCard:
    """The page. `balance` is below zero where points are owed."""

    holder: str
    number: str
    balance: int
    owed: int
    held: int
    waiting: Waiting | None
    expiring: Expiring | None
    ladder: Ladder | None
    stamps: tuple[Stamped, ...]
    membership: Held | None
    asked: Asked | None
    halt: Halt | None
    offers: tuple[ForYou, ...]
    reachable: tuple[Reachable, ...]
    vouchers: tuple[OpenVoucher, ...]
    has_more_vouchers: bool
    movements: tuple[Row, ...]

    # Properties

    @property
    def size(self) -> int:
        """How many points the balance is, owed or not."""
        return abs(self.balance)

    @property
    def edge(self) -> str:
        """The colour of the card's edge: its tier's, where that tier has one."""
        code = self.ladder.code if self.ladder else ""
        return code if code in _EDGES else "plain"


def get_card(*, member: Member, at: datetime, book: Rulebook) -> MemberCard:
    """Return all that the page shows, in as many statements however much there is."""
    account = statements.get_account(member=member, book=book)
    held = balances.get_balances(holder_ids=[member.holder_id], at=at).get(member.holder_id, {})
    balance = held.get(book.spending_wallet, _NOTHING)
    shown = showing.get_card(member=member)
    vouchers = _get_vouchers(member, at=at, book=book)
    return MemberCard(
        holder=f"{member.first_name} {member.last_name}".strip(),
        number=spelled(shown.number) if shown else "",
        balance=balance.shown,
        owed=max(0, balance.debt - balance.available),
        held=balance.held,
        waiting=waiting.get_waiting(account=account, balance=balance, at=at, book=book),
        expiring=_expiring(balance, at=at, book=book),
        ladder=_get_ladder(member, at=at, book=book),
        stamps=stamping.get_cards(wallets=held, book=book),
        membership=membership.get_held(member=member, at=at, book=book),
        asked=survey.get_asked(member=member, at=at),
        halt=halt_of(member=member, at=at),
        offers=offers.get_offers(member=member, at=at, book=book),
        reachable=_get_reachable(member, at=at, book=book, held=held),
        vouchers=vouchers[:_VOUCHERS],
        has_more_vouchers=len(vouchers) > _VOUCHERS,
        movements=_get_movements(member, account, at=at, book=book),
    )


def spelled(number: str) -> str:
    """Return a card's number in groups of four, as it is read aloud."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def halt_of(*, member: Member, at: datetime) -> Halt | None:
    """Return why a member cannot spend at a moment, or None where they can."""
    if member.state == MemberState.BLOCKED:
        return Halt(is_blocked=True)
    locked = member.spending_locked_until
    return Halt(is_blocked=False, until=locked) if locked and locked > at else None


def _expiring(balance: Balance, *, at: datetime, book: Rulebook) -> Expiring | None:
    first = balance.next_expiry
    if first is None:
        return None
    last_day = book.last_day(first.at)
    terms = book.wallet(book.spending_wallet).inactivity
    return Expiring(
        points=first.points,
        last_day=last_day,
        is_soon=first.at <= at + _SOON,
        is_this_year=last_day.year == book.business_day(at).year,
        kept_by=summaries.keeping(terms) if first.is_idle and terms else "",
    )


def _get_ladder(member: Member, *, at: datetime, book: Rulebook) -> Ladder | None:
    now = standing.get_standing(member=member, at=at, book=book)
    if now.tier is None and now.to_next is None:
        return None
    following = book.tier(now.to_next.tier) if now.to_next else None
    return Ladder(
        code=now.tier.code if now.tier else "",
        name=rungs.name_of(now.tier),
        until=now.until,
        next=_aim(now.to_next, book),
        keep=_aim(now.to_keep, book),
        meter=_meter(now, following, book),
    )


def _aim(ahead: ToNext | ToKeep | None, book: Rulebook) -> Aim | None:
    if ahead is None:
        return None
    missing = rungs.of_gap(ahead.gap, currency=book.currency)
    return Aim(tier=rungs.name_of(book.tier(ahead.tier)), missing=missing, by=ahead.by)


def _meter(now: Standing, following: Rung | None, book: Rulebook) -> Meter | None:
    """Draw what the ladder said. Where it counts one measure, what is held has its mark."""
    if following is not None and now.to_next is not None:
        keep = _mark(now.tier, following, book) if now.to_keep else None
        return Meter(filled=now.to_next.gap.done, keep=keep)
    if now.to_keep is not None:
        return Meter(filled=now.to_keep.gap.done, keep=100)
    return None


def _mark(held: Rung | None, following: Rung, book: Rulebook) -> int | None:
    measures = book.ladder.measures if book.ladder else ()
    if held is None or len(measures) != 1:
        return None
    whole = following.threshold(measures[0])
    return min(100, held.threshold(measures[0]) * 100 // whole) if whole else 100


def _get_reachable(
    member: Member, *, at: datetime, book: Rulebook, held: Mapping[str, Balance]
) -> tuple[Reachable, ...]:
    rewards = catalogue.get_offers(member=member, at=at, book=book, held=held)
    aims = [offer for offer in rewards if offer.reach in _AIMS]
    return tuple(_reachable(offer, book) for offer in aims[:_OFFERS])


def _reachable(offer: Offer, book: Rulebook) -> Reachable:
    reward = offer.reward
    return Reachable(
        public_id=reward.public_id,
        name=reward.name,
        picture=reward.picture_id or "",
        alt=reward.picture_alt,
        price=pricing.in_words(offer.prices, book=book),
        short=pricing.in_words(offer.short, book=book),
    )


def _get_vouchers(member: Member, *, at: datetime, book: Rulebook) -> tuple[OpenVoucher, ...]:
    mine = Voucher.objects.open(at=at).filter(member=member).order_by("expires_at", "pk")
    return tuple(
        OpenVoucher(
            pk=voucher.pk,
            name=voucher.name,
            last_day=book.last_day(voucher.expires_at),
        )
        for voucher in mine[: _VOUCHERS + 1]
    )


def _get_movements(
    member: Member, account: Account | None, *, at: datetime, book: Rulebook
) -> tuple[Row, ...]:
    last = statements.get_statement(
        member=member, account=account, at=at, book=book, limit=_MOVEMENTS, is_brief=True
    )
    return movements.get_rows(statement=last, member=member, book=book)[:_MOVEMENTS]
