"""What a sale gave beside points is asked back with its goods: vouchers, and those of stamp cards.

A voucher that nobody used is cancelled; one that was used stays used, and the till is told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from loyalty.core import keys
from loyalty.ledger.models import Account, Entry
from loyalty.programmes.rulebook import Rulebook
from members import receipts, vouchering
from members.explaining import STAMP_CARD
from members.models import Member, Purchase, Return, Voucher, VoucherState
from members.refunding import refund

Asked = dict[str, Any]


def ask_back(
    *,
    given: Return,
    lost: Sequence[Mapping[str, Any]],
    settled: Sequence[int],
    accounts: Mapping[str, Account],
    at: datetime,
    book: Rulebook,
) -> list[Asked]:
    """Take the vouchers of an award that is lost, and what stamps to be taken back have filled.

    Returns each as it was, by its key. Before stamps are taken back, so that those which a full
    card took are there again; the accounts are locked. No statement where nothing was given.
    """
    cards = [wallet for wallet in given.taken if book.wallet(wallet).card and wallet in accounts]
    if not (lost or cards):
        return []
    handed = list(Voucher.objects.filter(origin=given.purchase.public_id).order_by("pk"))
    vouchers = [
        one for one in handed if one.pk not in settled and one.state != VoucherState.CANCELLED
    ]
    asked = [_take(found, at=at) for gift in lost if (found := _pick(vouchers, gift))]
    for wallet in cards:
        asked += _empty(given, accounts[wallet], handed, vouchers, at=at, book=book)
    return asked


def _pick(vouchers: list[Voucher], gift: Mapping[str, Any]) -> Voucher | None:
    """Return a voucher of the sale that stands for a gift, one nobody used first; once."""
    same = [voucher for voucher in vouchers if _is(voucher, gift)]
    same.sort(key=lambda voucher: voucher.state != VoucherState.OPEN)
    if not same:
        return None
    vouchers.remove(same[0])
    return same[0]


def _is(voucher: Voucher, gift: Mapping[str, Any]) -> bool:
    named = ("name_fr", "name_en", "value_cents")
    return all(getattr(voucher, name) == gift[name] for name in named)


def _take(voucher: Voucher, *, at: datetime) -> Asked:
    """Cancel a voucher unless it was used or is over, and say which."""
    state = voucher.state_at(at)
    if state == VoucherState.OPEN:
        vouchering.cancel(voucher=voucher)
        state = VoucherState.CANCELLED
    return {"voucher": voucher.pk, "state": state.value}


def _empty(
    given: Return,
    account: Account,
    handed: Sequence[Voucher],
    vouchers: list[Voucher],
    *,
    at: datetime,
    book: Rulebook,
) -> list[Asked]:
    """Undo full cards of a sale until there are as many stamps as are to be taken back.

    Those of cards whose voucher was used are owed then, or let go, as the wallet says.
    """
    card = book.wallet(account.wallet.code).card
    missing = given.taken[account.wallet.code] - (
        account.available + account.pending - account.debt
    )
    gift = card.voucher.as_json() if card else {}
    filled = sum(_is(voucher, gift) for voucher in handed)
    entry = _get_filling(given.purchase, account) if missing > 0 and filled else None
    if entry is None:
        return []
    stamps, asked, undone = -entry.points // filled, [], 0
    while missing > undone * stamps and (voucher := _pick(vouchers, gift)):
        asked.append(_take(voucher, at=at))
        undone += asked[-1]["state"] == VoucherState.CANCELLED
    if undone:
        refund(given=given, entry=entry, points=undone * stamps, at=at, book=book)
    return asked


def _get_filling(purchase: Purchase, account: Account) -> Entry | None:
    """Return the entry by which a sale's stamps filled cards, in whosever account it was then."""
    merged = Member.objects.filter(merged_into=purchase.member_id).values("holder")
    mine = Account.objects.filter(Q(pk=account.pk) | Q(holder__in=merged, wallet=account.wallet))
    key = keys.digest(scope=STAMP_CARD, key=receipts.earning_key(purchase=purchase))
    filling = Entry.objects.filter(account__in=mine, key=key)
    return filling.select_related("account__wallet").first()
