"""How a sale is paid with what is the programme's: points that a hold set aside, and vouchers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core import keys
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books, paying
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import blocking, holding, reconciling, vouchering
from members.holding import PointsCannotPay
from members.models import Member, Purchase, TillHold, Voucher
from members.selling import WINDOW_BACK, Payment, Sale

POINTS, VOUCHER = "points", "voucher"


class HoldNotOpen(Refusal):
    """No hold of this member, in this till's reach, that this sale does not name already."""

    code = "hold-not-open"
    title = _("This hold cannot pay: it is not one of this member's that is open here.")


@dataclass(frozen=True, kw_only=True)
class Tender:
    """One means of payment as a till tells it: the amount may be left to what the rest leaves.

    `voucher` is a code as a person typed it.
    """

    means: str
    amount_cents: int | None = None
    hold: str = ""
    voucher: str = ""
    offline: bool = False


def read(
    *,
    tenders: Sequence[Tender],
    total_cents: int,
    member: Member | None,
    store: Store | None,
    occurred_at: datetime,
) -> list[Payment]:
    """Return what pays a sale and how much: as told, or what it is worth as far as there is left.

    Writes nothing, and no statement where neither a hold nor a voucher is named. Raises
    HoldNotOpen, VoucherNotFound, VoucherUsed for one named twice, posting.AmountExceedsHold,
    reconciling.OfflineSpendingOff, OfflineAllowanceExceeded, or ValidationFailed.
    """
    holds = _get_holds(tenders, member, store)
    vouchers = _get_vouchers(tenders)
    _check_offline(tenders, member)
    left = total_cents - sum(tender.amount_cents or 0 for tender in tenders)
    payments = []
    for place, tender in enumerate(tenders):
        worth = _worth(tender, holds, vouchers)
        cents = tender.amount_cents
        if cents is None:
            cents = min(worth or 0, max(left, 0))
            left -= cents
        _check_amount(tender, cents, worth, place)
        held, voucher = holds.get(tender.hold), vouchers.get(tender.voucher)
        payments.append(
            Payment(
                means=tender.means,
                amount_cents=cents,
                hold=tender.hold,
                points=_points(tender, cents, held, occurred_at),
                voucher=voucher.pk if voucher else None,
                offline=tender.offline,
            )
        )
    return payments


def _points(tender: Tender, cents: int, held: TillHold | None, occurred_at: datetime) -> int:
    """Return the points that pay an amount: of a hold, or let go without a network."""
    if tender.offline:
        # A till without a network goes by what it last heard.
        since = occurred_at - WINDOW_BACK
        return reconciling.read(cents=cents, since=since, book=books.get_book())
    return held.points_for(cents) if held else 0


def _check_offline(tenders: Sequence[Tender], member: Member | None) -> None:
    """Points are let go once in a sale, and of somebody."""
    named = [place for place, tender in enumerate(tenders) if tender.offline]
    if not named or (member is not None and len(named) == 1):
        return
    pointer = f"/payments/{named[-1]}/offline"
    if member is None:
        error = FieldRefusal(pointer, "needs-a-member", _("Points are somebody's."))
    else:
        error = FieldRefusal(pointer, "only-once", _("Say it once, for all of them."))
    raise ValidationFailed(errors=[error])


def _get_holds(
    tenders: Sequence[Tender], member: Member | None, store: Store | None
) -> dict[str, TillHold]:
    named = Counter(tender.hold for tender in tenders if tender.hold)
    if not named:
        return {}
    found = holding.get_holds(public_ids=named, member=member, store=store)
    for place, tender in enumerate(tenders):
        if tender.hold and (tender.hold not in found or named[tender.hold] > 1):
            error = FieldRefusal(f"/payments/{place}/hold", HoldNotOpen.code, HoldNotOpen.title)
            raise HoldNotOpen(errors=[error])
    return found


def _get_vouchers(tenders: Sequence[Tender]) -> dict[str, Voucher]:
    found: dict[str, Voucher] = {}
    for tender in tenders:
        if tender.voucher:
            voucher = vouchering.get_voucher(code=tender.voucher)
            if voucher in found.values():
                raise vouchering.VoucherUsed
            found[tender.voucher] = voucher
    return found


def _worth(
    tender: Tender, holds: Mapping[str, TillHold], vouchers: Mapping[str, Voucher]
) -> int | None:
    if tender.hold:
        return holds[tender.hold].value_cents
    return vouchers[tender.voucher].value_cents if tender.voucher else None


def _check_amount(tender: Tender, cents: int, worth: int | None, place: int) -> None:
    if not (tender.hold or tender.voucher or tender.offline):
        return
    pointer = f"/payments/{place}/amount"
    if tender.voucher and worth is None and tender.amount_cents is None:
        detail = _("This voucher is worth no amount: say how much it pays.")
        raise ValidationFailed(errors=[FieldRefusal(pointer, "required", detail)])
    if not cents:
        raise ValidationFailed(errors=[FieldRefusal(pointer, "zero", _("This pays nothing."))])
    if worth is not None and cents > worth:
        detail = _("This is more than it is worth.")
        error = FieldRefusal(pointer, "above-worth", detail)
        if tender.hold:
            raise posting.AmountExceedsHold(errors=[error])
        raise ValidationFailed(errors=[error])


def lock(*, sale: Sale, wallets: Sequence[str]) -> Mapping[str, Account]:
    """Lock the accounts of who buys and of whose vouchers pay, and return the buyer's."""
    buyer = sale.member.holder_id if sale.member else 0
    holders = {buyer} if buyer else set()
    if vouchers := _vouchers_of(sale):
        owners = Voucher.objects.filter(pk__in=vouchers).values_list("member__holder", flat=True)
        holders |= set(owners)
    return posting.lock_many(holders, wallets=wallets).get(buyer, {}) if holders else {}


def check(*, sale: Sale, member: Member | None, at: datetime) -> None:
    """Refuse what cannot pay at this moment, before anything is written.

    `member` is who buys, as they are now. Raises HoldNotOpen, posting.HoldExpired,
    HoldAlreadyCaptured, HoldAlreadyVoided, PointsCannotPay, VoucherUsed, VoucherExpired,
    VoucherCancelled, MemberBlocked, MemberClosed, SpendingLocked, or MemberMerged.
    """
    if holds := _holds_of(sale):
        if member is None:
            raise HoldNotOpen
        blocking.check_may_spend(member=member, at=at)
        found = holding.get_holds(public_ids=holds, member=member)
        if found.keys() != set(holds):
            raise HoldNotOpen
        for held in found.values():
            holding.check_is_open(held=held, at=at)
    _check_share(sale)
    if vouchers := _vouchers_of(sale):
        for voucher in Voucher.objects.with_member().filter(pk__in=vouchers):
            vouchering.check_may_be_used(voucher=voucher, member=voucher.member, at=at)


def _check_share(sale: Sale) -> None:
    """Refuse more points than may pay this sale, in however many holds they were set aside.

    What was let go without a network is not asked: its goods have left.
    """
    points = sum(payment.points for payment in sale.payments if not payment.offline)
    if not points:
        return
    book = books.get_book()
    limit = paying.most(basket_cents=sale.total_cents, book=book)
    if limit is not None and points > limit:
        raise PointsCannotPay(limit=limit, minimum=paying.least(book=book))


def take(
    *,
    sale: Sale,
    purchase: Purchase,
    accounts: Mapping[str, Account],
    at: datetime,
    book: Rulebook,
) -> None:
    """Spend the points and take the vouchers that pay a purchase, under the locks, all or none.

    Points let go without a network are taken as far as they are there, and the rest is noted.
    """
    named = _holds_of(sale)
    holds = holding.get_holds(public_ids=named, member=purchase.member) if named else {}
    for place, payment in enumerate(sale.payments):
        if payment.offline and purchase.member is not None:
            account = accounts[book.spending_wallet]
            reconciling.take(
                purchase=purchase, member=purchase.member, place=place, account=account,
                room=sale.room, at=at, book=book,
            )  # fmt: skip
        elif payment.hold:
            holding.take(
                held=holds[payment.hold],
                points=payment.points,
                key=keys.digest(scope=payment.hold, key=purchase.key),
                at=at,
                client=purchase.client,
                book=book,
                reference=purchase.public_id,
            )
        elif payment.voucher is not None:
            voucher = Voucher.objects.with_member().get(pk=payment.voucher)
            vouchering.take(voucher=voucher, at=at, actor=purchase.client)


def _holds_of(sale: Sale) -> list[str]:
    return [payment.hold for payment in sale.payments if payment.hold]


def _vouchers_of(sale: Sale) -> list[int]:
    return [payment.voucher for payment in sale.payments if payment.voucher is not None]
