"""What a sale gives its member becomes points, vouchers, counters, and perhaps a tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import counting
from loyalty.programmes.idling import Activity
from loyalty.programmes.merits import Merits
from loyalty.programmes.rulebook import Rulebook
from members import activity, bonuses, handing, qualifying, recalling, sharing, standing
from members.explaining import PURCHASE
from members.handing import Awarded
from members.models import Purchase
from members.weighing import Buyer, Weighed


@dataclass(frozen=True, kw_only=True)
class Gain:
    """A purchase that is kept, what it gives, and to whom: with their locked accounts."""

    purchase: Purchase
    weighed: Weighed
    buyer: Buyer | None
    accounts: Mapping[str, Account]


def earn(*, gain: Gain, key: str, at: datetime, book: Rulebook) -> None:
    """Give the points of the award, its vouchers, and those of the stamp cards that it filled."""
    purchase, award = gain.purchase, gain.weighed.award
    for wallet, grants in bonuses.by_wallet(award).items():
        account = gain.accounts[wallet]
        posting.earn(
            account=account,
            grants=grants,
            reference=purchase.public_id,
            key=key,
            at=at,
            occurred_at=min(purchase.occurred_at, at),
            actor=purchase.client,
            on_behalf_of=sharing.on_behalf_of(member=purchase.member, account=account),
            reason=PURCHASE,
            is_historic=purchase.is_historic,
            idle=book.idle(
                wallet, *bonuses.PURCHASED, at=at, occurred_at=min(purchase.occurred_at, at)
            ),
        )
    if purchase.member is None:
        return
    _stir(gain, at=at, book=book)
    recalling.keep(carried=[(purchase.member.pk, carried) for carried in award.carried])
    handing.hand_over(
        awarded=Awarded(
            member=purchase.member,
            accounts=gain.accounts,
            award=award,
            origin=purchase.public_id,
            key=key,
            at=at,
        ),
        recorded_at=at,
        book=book,
        actor=purchase.client,
        is_historic=purchase.is_historic,
    )


def _stir(gain: Gain, *, at: datetime, book: Rulebook) -> None:
    """Let a purchase count as activity for wallets of which it gave nothing. Usually none."""
    given = bonuses.by_wallet(gain.weighed.award)
    moment = min(gain.purchase.occurred_at, at)
    for wallet, account in gain.accounts.items():
        idle = book.idle(wallet, Activity.PURCHASE, at=at, occurred_at=moment)
        if idle is not None and idle.resets and wallet not in given:
            posting.stir(account=account, idle=idle, at=at)


def climb(*, gain: Gain, at: datetime, book: Rulebook) -> None:
    """Write down what the purchase changed on the ladder: usually nothing, and no statement."""
    purchase, buyer = gain.purchase, gain.buyer
    if buyer is None or book.ladder is None:
        return
    day = max(purchase.business_on, book.business_day(at))
    merits = buyer.merits_today or Merits()
    past = qualifying.past_of(member=buyer.member, known={}, book=book)
    first, last = book.ladder.window(day, past)
    if first <= purchase.business_on <= last:
        credited = activity.credits_of(award=gain.weighed.award, ladder=book.ladder)
        merits += Merits(spend=purchase.total_cents, credits=credited, visits=1)
    standing.climb(
        member=buyer.member,
        past=qualifying.past_of(member=buyer.member, known={day: merits}, book=book),
        day=day,
        at=at,
        book=book,
        is_historic=purchase.is_historic,
    )


def count(*, gain: Gain, at: datetime, book: Rulebook) -> None:
    """Write down what counts towards a limit; budgets, which all share, just before the commit."""
    buyer = gain.buyer
    if buyer is None:
        return
    buyer.tally.add(
        holder=buyer.member.holder_id,
        award=gain.weighed.award,
        at=min(gain.purchase.occurred_at, at),
        day=gain.weighed.day,
        book=book,
    )
    counting.keep(tally=buyer.tally, book=book)
