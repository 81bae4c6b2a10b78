"""Purchases: what one would give, and what one gave."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from loyalty.core import ids
from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books, counting
from loyalty.programmes.merits import Merits
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from members import (
    activity,
    blocking,
    bonuses,
    handing,
    labelling,
    qualifying,
    recalling,
    receipts,
    selling,
    standing,
    weighing,
)
from members.handing import Awarded
from members.models import Member, Purchase, PurchaseLine
from members.selling import Payment, Sale, SaleLine
from members.weighing import Buyer, Weighed

__all__ = ["Payment", "Sale", "SaleLine", "preview", "record"]


REASON = "purchase"


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
    accounts = posting.lock(sale.member.holder_id, wallets=book.wallets) if sale.member else {}
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
    _earn(purchase, weighed, accounts, at=at, book=book)
    _climb(purchase, weighed.award, buyer, at=at, book=book)
    _tell(purchase)
    _count(sale, weighed, buyer, at=at, book=book)
    return purchase


def _count(
    sale: Sale, weighed: Weighed, buyer: Buyer | None, *, at: datetime, book: Rulebook
) -> None:
    """Write down what counts towards a limit; budgets, which all share, just before the commit."""
    if buyer is None:
        return
    buyer.tally.add(
        holder=buyer.member.holder_id,
        award=weighed.award,
        at=weighing.moment_of(sale=sale, at=at),
        day=weighed.day,
        book=book,
    )
    counting.keep(tally=buyer.tally, book=book)


def _check(sale: Sale, buyer: Buyer | None, *, at: datetime, is_historic: bool) -> None:
    if not is_historic:
        selling.check_moment(occurred_at=sale.occurred_at, at=at)
    if buyer is not None:
        blocking.check_is_active(member=buyer.member)


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
        payments=[vars(payment) for payment in sale.payments],
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


def _earn(
    purchase: Purchase,
    weighed: Weighed,
    accounts: Mapping[str, Account],
    *,
    at: datetime,
    book: Rulebook,
) -> None:
    for wallet, grants in bonuses.by_wallet(weighed.award).items():
        posting.earn(
            account=accounts[wallet],
            grants=grants,
            reference=purchase.public_id,
            key=purchase.key,
            at=at,
            occurred_at=min(purchase.occurred_at, at),
            actor=purchase.client,
            reason=REASON,
            is_historic=purchase.is_historic,
        )
    if (pk := purchase.member_id) is not None:
        recalling.keep(carried=[(pk, carried) for carried in weighed.award.carried])
    _hand_over(purchase, weighed.award, accounts, at=at, book=book)


def _hand_over(
    purchase: Purchase,
    award: Award,
    accounts: Mapping[str, Account],
    *,
    at: datetime,
    book: Rulebook,
) -> None:
    """Give the vouchers of the award, and those of the stamp cards that it filled."""
    if purchase.member is None:
        return
    handing.hand_over(
        awarded=Awarded(
            member=purchase.member,
            accounts=accounts,
            award=award,
            origin=purchase.public_id,
            key=purchase.key,
            at=at,
        ),
        recorded_at=at,
        book=book,
        actor=purchase.client,
        is_historic=purchase.is_historic,
    )


def _climb(
    purchase: Purchase, award: Award, buyer: Buyer | None, *, at: datetime, book: Rulebook
) -> None:
    """Write down what the purchase changed on the ladder: usually nothing, and no statement."""
    if buyer is None or book.ladder is None:
        return
    day = max(purchase.business_on, book.business_day(at))
    merits = buyer.merits_today or Merits()
    past = qualifying.past_of(member=buyer.member, known={}, book=book)
    first, last = book.ladder.window(day, past)
    if first <= purchase.business_on <= last:
        credited = activity.credits_of(award=award, ladder=book.ladder)
        merits += Merits(spend=purchase.total_cents, credits=credited, visits=1)
    standing.climb(
        member=buyer.member,
        past=qualifying.past_of(member=buyer.member, known={day: merits}, book=book),
        day=day,
        at=at,
        book=book,
        is_historic=purchase.is_historic,
    )


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
