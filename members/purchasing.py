"""Purchases: what one would give, and what one gave."""

from datetime import datetime

from django.db import transaction

from loyalty.core import ids
from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.programmes import books, counting
from loyalty.programmes.rules import Award
from members import blocking, crediting, labelling, receipts, selling, tendering, weighing
from members.crediting import Gain
from members.explaining import PURCHASE
from members.models import Member, Purchase, PurchaseLine
from members.selling import Payment, Sale, SaleLine
from members.weighing import Buyer, Weighed

__all__ = ["Payment", "Sale", "SaleLine", "preview", "record"]


REASON = PURCHASE


def preview(*, sale: Sale, at: datetime) -> Award:
    """Return what `record` would award for the same sale at the same moment. Writes nothing.

    Refuses what `record` refuses, except a receipt that is recorded already.
    """
    selling.check(sale=sale)
    book = books.get_book()
    buyer = weighing.get_buyer(sale=sale, at=at, book=book)
    _check(sale, buyer, at=at, is_historic=False)
    sale = labelling.label(sale=sale, book=book)
    return weighing.weigh(sale=sale, buyer=buyer, at=at, book=book).award


def record(
    *, sale: Sale, key: str, at: datetime, client: str = "", is_historic: bool = False
) -> Purchase:
    """Keep a sale, give its points, and move its member up the ladder if it reaches a tier.

    The rules, tier and counters are those of `sale.occurred_at`, before the sale itself. A
    repeated key returns the first purchase and gives nothing more. A historic sale may be
    of any moment and sends no message. A training store's sale is answered and not kept.
    Raises ValidationFailed, OccurredAtOutOfWindow, MemberBlocked, MemberClosed,
    DuplicateReceipt, or posting.KeyReused for the key of another sale.
    """

    def act(*, does_lock: bool) -> Purchase:
        return _record(sale, key, at, client, is_historic=is_historic, does_lock=does_lock)

    try:
        return act(does_lock=False)
    except counting.BudgetRanOut:
        # Others took the last of it meanwhile. Once budgets are locked nobody can.
        return act(does_lock=True)


@transaction.atomic
def _record(
    sale: Sale, key: str, at: datetime, client: str, *, is_historic: bool, does_lock: bool
) -> Purchase:
    selling.check(sale=sale)
    book = books.get_book()
    accounts = tendering.lock(sale=sale, wallets=list(book.wallets))
    # After the lock: a repeat that raced us has committed by now.
    buyer = weighing.get_buyer(sale=sale, at=at, book=book, key=key, does_lock=does_lock)
    if (buyer is None or buyer.is_known) and (done := receipts.get_by_key(key=key)):
        return _repeated(done, sale)

    _check(sale, buyer, at=at, is_historic=is_historic)
    sale = labelling.label(sale=sale, book=book)
    weighed = weighing.weigh(sale=sale, buyer=buyer, at=at, book=book)
    purchase = row(
        sale=sale,
        member=buyer.member if buyer else None,
        weighed=weighed,
        key=key,
        at=at,
        client=client,
        is_historic=is_historic,
    )
    if sale.is_training:
        return purchase
    # Before any point moves: a duplicate leaves nothing to undo.
    if not receipts.insert_once(purchase=purchase):
        return _repeated(_first_of(purchase), sale)
    receipts.insert_lines(lines=lines_of(purchase=purchase, sale=sale))
    # What is spent comes before what is earned: a sale does not pay itself.
    tendering.take(sale=sale, purchase=purchase, accounts=accounts, at=at, book=book)
    gain = Gain(purchase=purchase, weighed=weighed, buyer=buyer, accounts=accounts)
    crediting.earn(gain=gain, key=key, at=at, book=book)
    crediting.climb(gain=gain, at=at, book=book)
    _tell(purchase)
    crediting.count(gain=gain, at=at, book=book)
    return purchase


def _check(sale: Sale, buyer: Buyer | None, *, at: datetime, is_historic: bool) -> None:
    if not is_historic:
        selling.check_moment(occurred_at=sale.occurred_at, at=at)
    if buyer is not None:
        blocking.check_is_active(member=buyer.member)
    tendering.check(sale=sale, member=buyer.member if buyer else None, at=at)


def _first_of(purchase: Purchase) -> Purchase:
    """Return the purchase that has this one's key; refuse if it has its receipt alone."""
    if done := receipts.get_by_key(key=purchase.key):
        return done
    first = receipts.get_by_receipt(purchase=purchase)
    if first is None:
        raise posting.KeyReused
    raise receipts.duplicate_of(first=first)


def _repeated(done: Purchase, sale: Sale) -> Purchase:
    member_id = sale.member.pk if sale.member else None
    asked = (member_id, sale.total_cents, sale.receipt, sale.occurred_at)
    if asked != (done.member_id, done.total_cents, done.receipt, done.occurred_at):
        raise posting.KeyReused
    return done


def row(
    *,
    sale: Sale,
    member: Member | None,
    weighed: Weighed,
    key: str,
    at: datetime,
    is_historic: bool,
    client: str = "",
) -> Purchase:
    """Return a sale as a row not yet saved, with its award and what that rests on."""
    return Purchase(
        public_id=ids.new("pur"),
        member=member,
        store=sale.store,
        client=client,
        till=sale.till,
        channel=sale.channel,
        receipt=sale.receipt,
        key=key,
        occurred_at=sale.occurred_at,
        business_on=weighed.day,
        recorded_at=at,
        total_cents=sale.total_cents,
        tax_cents=sale.tax_cents,
        points=weighed.award.points,
        tier_id=weighed.tier.pk if weighed.tier else None,
        award=weighed.award.as_json(),
        facts=weighed.facts_as_json(),
        payments=[payment.as_json() for payment in sale.payments],
        is_historic=is_historic,
    )


def lines_of(*, purchase: Purchase, sale: Sale) -> list[PurchaseLine]:
    """Return the lines of a sale as rows not yet saved, numbered from 1."""
    return [
        PurchaseLine(
            purchase=purchase,
            position=position,
            sku=line.sku,
            name=line.name,
            category=line.category,
            brand=line.brand,
            tags=list(line.tags),
            quantity=line.quantity,
            tax_cents=line.tax_cents,
            amount_cents=line.amount_cents,
        )
        for position, line in enumerate(sale.lines, start=1)
    ]


def _tell(purchase: Purchase) -> None:
    changes.record("purchases", [(purchase.member_id, purchase.business_on)])
    outbox.record_many([told(purchase=purchase)])


def told(*, purchase: Purchase) -> outbox.Event:
    """Return what others are told of a purchase: ids and figures."""
    payload = {
        "purchase": purchase.public_id,
        "member": purchase.member.public_id if purchase.member else None,
        "store": purchase.store.code if purchase.store else None,
        "business_on": purchase.business_on.isoformat(),
        "total_cents": purchase.total_cents,
        "points": purchase.points,
    }
    return outbox.Event("purchase.recorded", payload, purchase.recorded_at, purchase.is_historic)
