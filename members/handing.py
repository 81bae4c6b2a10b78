"""What an award hands over beside points: vouchers, and those of the stamp cards it filled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from loyalty.core import keys
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from loyalty.programmes.terms import Gift
from members import vouchering
from members.explaining import STAMP_CARD
from members.models import Member, Purchase, Voucher


@dataclass(frozen=True, kw_only=True)
class Awarded:
    """An award that is booked: to whom, for what (`origin`), and as of when."""

    member: Member
    accounts: Mapping[str, Account]
    award: Award
    origin: str
    key: str
    at: datetime


def has_any(*, award: Award, book: Rulebook) -> bool:
    """Say whether an award may hand anything over: if not, nothing has to be asked."""
    return bool(award.gifts) or any(True for _wallet in _cards(award, book))


def hand_over(
    *,
    awarded: Awarded,
    recorded_at: datetime,
    book: Rulebook,
    actor: str = "",
    is_historic: bool = False,
) -> list[Voucher]:
    """Give the vouchers of an award and those of the cards that it filled, in its transaction.

    Stamps that a voucher took are spent; those beyond the last full card stay. The accounts
    are locked. No statement where the award gives neither.
    """
    full = [
        gift
        for wallet in _cards(awarded.award, book)
        for gift in _fill(
            awarded,
            wallet,
            book,
            recorded_at=recorded_at,
            actor=actor,
            is_historic=is_historic,
        )
    ]
    return vouchering.issue_gifts(
        gifts=[
            (awarded.member, awarded.origin, gift, awarded.at)
            for gift in (*awarded.award.gifts, *full)
        ],
        recorded_at=recorded_at,
        zone=book.zone,
        is_historic=is_historic,
    )


def _fill(
    awarded: Awarded,
    wallet: str,
    book: Rulebook,
    *,
    recorded_at: datetime,
    actor: str,
    is_historic: bool,
) -> list[Gift]:
    """Take the stamps of each full card and return what they give."""
    card = book.wallet(wallet).card
    account = awarded.accounts[wallet]
    stamps = Account.objects.values_list("available", flat=True).get(pk=account.pk)
    if card is None or stamps < card.stamps:
        return []
    posting.redeem(
        account=account,
        points=stamps // card.stamps * card.stamps,
        reference=awarded.origin,
        key=keys.digest(scope=STAMP_CARD, key=awarded.key),
        at=awarded.at,
        recorded_at=recorded_at,
        actor=actor,
        reason=STAMP_CARD,
        is_historic=is_historic,
    )
    return [card.voucher] * (stamps // card.stamps)


def _cards(award: Award, book: Rulebook) -> Iterator[str]:
    for wallet in sorted({grant.wallet for grant in award.grants}):
        if book.wallet(wallet).card:
            yield wallet


def get_given(*, purchase: Purchase, book: Rulebook) -> list[Voucher]:
    """Return the vouchers that a purchase handed over. No statement where it can give none."""
    may_give = any(
        "voucher" in line or book.wallet(line["wallet"]).card for line in purchase.award["lines"]
    )
    mine = Voucher.objects.filter(origin=purchase.public_id, member=purchase.member_id)
    return list(mine.order_by("pk")) if may_give else []
