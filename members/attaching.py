"""A sale that was nobody's becomes a member's: they show the card after paying."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.programmes import books, counting
from loyalty.programmes.rulebook import Rulebook
from members import blocking, crediting, purchasing, replaying, weighing
from members.crediting import Gain
from members.models import Member, Purchase
from members.selling import OccurredAtOutOfWindow
from members.weighing import Weighed


class PurchaseAlreadyAttached(Refusal):
    """`purchase` says which: it stays whose it is."""

    code = "purchase-already-attached"
    title = _("This purchase is a member's already.")


class PurchaseReturned(Refusal):
    """What came back was nobody's; what it would have taken is not known any more."""

    code = "purchase-returned"
    title = _("Some of this purchase came back already: it stays nobody's.")


def attach(
    *, purchase: Purchase, member: Member, key: str, at: datetime, client: str = ""
) -> Purchase:
    """Give a member what an anonymous sale would have given them: by the rules of its moment.

    Tier and counters are those of that moment, as they are known now. It may be done for as many
    days as the programme says. A repeated key returns the purchase and gives nothing more. Raises
    PurchaseAlreadyAttached, PurchaseReturned, OccurredAtOutOfWindow, MemberBlocked, MemberClosed,
    or MemberMerged.
    """

    def act(*, does_lock: bool) -> Purchase:
        return _attach(purchase, member, key, at, client, does_lock=does_lock)

    try:
        return act(does_lock=False)
    except counting.BudgetRanOut:
        # Others took the last of it meanwhile. Once budgets are locked nobody can.
        return act(does_lock=True)


@transaction.atomic
def _attach(
    purchase: Purchase, member: Member, key: str, at: datetime, client: str, *, does_lock: bool
) -> Purchase:
    book = books.get_book()
    accounts = posting.lock(member.holder_id, wallets=book.wallets)
    purchase = _lock(purchase)
    # After the locks: a repeat that raced us has committed by now.
    if purchase.member_id is not None:
        return _repeated(purchase, member, key)

    lines = list(purchase.lines.order_by("position"))
    sale = replace(replaying.sale_of(purchase=purchase, lines=lines), member=member)
    buyer = weighing.get_buyer(sale=sale, at=at, book=book, does_lock=does_lock)
    # As they are now: nobody else buys here.
    member = buyer.member if buyer else member
    blocking.check_is_active(member=member)
    _check(purchase, at=at, book=book)
    weighed = weighing.weigh(sale=sale, buyer=buyer, at=at, book=book)
    _write(purchase, member, weighed, key=key, at=at)
    gain = Gain(purchase=purchase, weighed=weighed, buyer=buyer, accounts=accounts)
    crediting.earn(gain=gain, key=key, at=at, book=book)
    crediting.climb(gain=gain, at=at, book=book)
    _tell(purchase, client, at=at)
    crediting.count(gain=gain, at=at, book=book)
    return purchase


def _lock(purchase: Purchase) -> Purchase:
    rows = Purchase.objects.select_related("member", "store")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=purchase.pk)


def _repeated(done: Purchase, member: Member, key: str) -> Purchase:
    is_same = done.facts.get("attached", {}).get("key") == key and done.member_id == member.pk
    if not is_same:
        raise PurchaseAlreadyAttached(purchase=done.public_id)
    return done


def _check(purchase: Purchase, *, at: datetime, book: Rulebook) -> None:
    earliest = at - timedelta(days=book.attach_days)
    if purchase.occurred_at < earliest:
        detail = _("This purchase is too old to become somebody's.")
        raise OccurredAtOutOfWindow(detail, earliest=earliest.isoformat())
    if purchase.returns.exists():
        raise PurchaseReturned(purchase=purchase.public_id)


def _write(
    purchase: Purchase, member: Member, weighed: Weighed, *, key: str, at: datetime
) -> None:
    """Keep whose it is with its award, as if they had been named, and how that came about."""
    attached: dict[str, Any] = {"key": key, "at": at.isoformat()}
    purchase.member = member
    purchase.points = weighed.award.points
    purchase.tier_id = weighed.tier.pk if weighed.tier else None
    purchase.award = weighed.award.as_json()
    purchase.facts = {**weighed.facts_as_json(), "attached": attached}
    purchase.save(update_fields=["member", "points", "tier", "award", "facts"])


def _tell(purchase: Purchase, client: str, *, at: datetime) -> None:
    day = purchase.business_on
    changes.record("purchases", [(None, day), (purchase.member_id, day)])
    payload = {**purchasing.told(purchase=purchase).payload, "actor": client}
    outbox.record("purchase.attached", payload, at=at)
