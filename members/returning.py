"""Returns: goods come back, and with them what they had earned."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from loyalty.core import ids
from loyalty.core.refusals import ConcurrentUpdate
from loyalty.events import changes, outbox
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.programmes import books, counting
from loyalty.programmes.rulebook import Rulebook
from members import (
    assessing,
    recalling,
    receipts,
    reclaiming,
    refunding,
    reweighing,
    selling,
    sharing,
    standing,
)
from members.assessing import Assessed, Brought, ReturnExceedsSale
from members.models import HouseholdStay, Purchase, Return, ReturnLine

__all__ = ["Brought", "ReturnExceedsSale", "record"]

REASON = "return"


@posting.retried
@transaction.atomic
def record(*, brought: Brought, key: str, at: datetime, client: str = "") -> Return:
    """Keep a return, give back what paid its goods, and take back what they had earned.

    What of each payment comes back is said, points and vouchers are given back at once; the money
    is the till's to give.

    All returns of a sale together take what it earned, to the point, and never more; each
    takes what the goods that are left would not have earned, or of an amount its share. It
    gives back what rules with limits counted, and lowers the revenue of its own day and what
    the day of the sale counts for a tier, which is lost at the end of its validity, or at once
    where the ladder says so. It is never earlier than the sale. A repeated key returns the
    first. Raises ValidationFailed, OccurredAtOutOfWindow,
    ReturnExceedsSale, DuplicateReceipt, ConcurrentUpdate, or posting.KeyReused.
    """
    book = books.get_book()
    accounts, purchase = _lock(brought.purchase, book)
    # After the locks: a repeat that raced us has committed by now.
    if done := Return.objects.select_related("purchase__member").filter(key=key).first():
        return _repeated(done, brought)
    selling.check_moment(occurred_at=brought.occurred_at, at=at)
    brought = replace(brought, purchase=purchase)
    assessed = assessing.assess(brought=brought, book=book)
    given = _row(brought, assessed, key=key, at=at, client=client, book=book)
    if purchase.member:
        standing.write_ends(member=purchase.member, at=at, book=book)
    _restore(given, assessed, accounts, at=at, book=book)
    _keep(given, assessed)
    _take_back(given, at=at, book=book)
    if purchase.member:
        standing.fall_on_return(member=purchase.member, at=at, book=book)
    _tell(given, book)
    _give_back(purchase, assessed, book)
    return given


def _lock(purchase: Purchase, book: Rulebook) -> tuple[Mapping[str, Account], Purchase]:
    """Lock the accounts of whoever bought, then the sale, and return both as they are now."""
    accounts: Mapping[str, Account] = {}
    if purchase.member is not None:
        accounts = posting.lock(purchase.member.holder_id, wallets=book.wallets)
    shared = HouseholdStay.objects.of(OuterRef("member"))
    rows = Purchase.objects.select_related("member", "store").annotate(was_shared=Exists(shared))
    locked = rows.select_for_update(of=("self",), no_key=True).get(pk=purchase.pk)
    if locked.member_id != purchase.member_id:
        # It became somebody's meanwhile, whose accounts are not locked.
        raise ConcurrentUpdate
    return accounts, locked


def _repeated(done: Return, brought: Brought) -> Return:
    asked = (brought.purchase.pk, brought.receipt)
    told = dict(done.lines.values_list("line__position", "quantity"))
    is_same = asked == (done.purchase_id, done.receipt)
    if brought.quantities:
        is_same = is_same and dict(brought.quantities) == told
    elif brought.amount_cents is not None:
        is_same = is_same and not told and brought.amount_cents == done.total_cents
    if not is_same:
        raise posting.KeyReused
    entries = Entry.objects.filter(parent__in=_get_earned(done.purchase, wallets=done.taken))
    taken = entries.filter(key=done.key).select_related("account__wallet")
    done.moved = _moved(done, {entry.account.wallet.code: entry for entry in taken})
    return done


def _row(
    brought: Brought,
    assessed: Assessed,
    *,
    key: str,
    at: datetime,
    client: str,
    book: Rulebook,
) -> Return:
    purchase = brought.purchase
    occurred_at = max(brought.occurred_at, purchase.occurred_at)
    return Return(
        public_id=ids.new("ret"),
        purchase=purchase,
        store=brought.store,
        client=client,
        till=brought.till,
        channel=brought.channel or purchase.channel,
        receipt=brought.receipt,
        key=key,
        occurred_at=occurred_at,
        business_on=book.business_day(occurred_at),
        recorded_at=at,
        total_cents=assessed.total_cents,
        left=dict(assessed.left),
        taken=dict(assessed.taken),
    )


def _restore(
    given: Return,
    assessed: Assessed,
    accounts: Mapping[str, Account],
    *,
    at: datetime,
    book: Rulebook,
) -> None:
    """Give back what paid, and the stamps of cards that it filled: before points are taken back,
    so that no more is owed than must be."""
    given.refund = refunding.give_back(given=given, came=assessed.refund, at=at, book=book)
    given.vouchers = reclaiming.ask_back(
        given=given,
        lost=assessed.lost,
        settled=assessed.settled,
        accounts=accounts,
        at=at,
        book=book,
    )


def _keep(given: Return, assessed: Assessed) -> None:
    """Write the return and take it off the sale. Raises DuplicateReceipt."""
    try:
        with transaction.atomic():
            given.save(force_insert=True)
    except IntegrityError as error:
        first = receipts.get_return_by_receipt(returned=given)
        if first is None:
            raise posting.KeyReused from error
        raise receipts.duplicate_return_of(first=first) from error
    lines = {line.position: line for line in given.purchase.lines.all()}
    ReturnLine.objects.bulk_create(
        ReturnLine(
            returned=given,
            line=lines[position],
            quantity=quantity,
            amount_cents=assessed.pieces_cents[position],
        )
        for position, quantity in assessed.quantities.items()
    )
    purchase = given.purchase
    # The row is locked, so that what was read is what there is.
    purchase.returned_cents += given.total_cents
    purchase.save(update_fields=["returned_cents"])


def _take_back(given: Return, *, at: datetime, book: Rulebook) -> None:
    own, entries = _get_own(given.purchase), {}
    for entry in _get_earned(given.purchase, wallets=given.taken):
        wallet = entry.account.wallet.code
        entries[wallet] = posting.clawback(
            entry=entry,
            points=given.taken[wallet],
            allow_debt=book.wallet(wallet).allows_debt,
            key=given.key,
            at=at,
            actor=given.client,
            reason=REASON,
            earned_by=own.get(wallet),
        )
    given.moved = _moved(given, entries)


def _moved(given: Return, entries: Mapping[str, Entry]) -> dict[str, int]:
    """Return by wallet the points that were taken back or are owed, by the entries that say so."""
    points = {
        wallet: given.taken[wallet] - (entry.forgiven or 0) - (entry.waived or 0)
        for wallet, entry in entries.items()
    }
    return {wallet: moved for wallet, moved in points.items() if moved}


def _get_own(purchase: Purchase) -> dict[str, int]:
    """Return the own accounts, by wallet, of a buyer who ever shared one. Others ask nothing."""
    if purchase.member is None or not getattr(purchase, "was_shared", False):
        return {}
    mine = Account.objects.filter(holder=purchase.member.holder_id)
    return dict(mine.values_list("wallet__code", "pk"))


def _get_earned(purchase: Purchase, *, wallets: Collection[str]) -> list[Entry]:
    """Return the entries by which a sale gave points, in order of account.

    What was given to a member who was merged since stands in their own account, and what was
    given in a household in that one: it answers for its entries, and takes them back from
    wherever they went.
    """
    if purchase.member is None or not wallets:
        return []
    theirs = Account.objects.filter(
        sharing.holders_of(member=purchase.member), wallet__code__in=list(wallets)
    )
    earned = Entry.objects.filter(
        account__in=list(theirs.values_list("pk", flat=True)),
        kind=Kind.EARN,
        reference=purchase.public_id,
    )
    return list(earned.select_related("account__wallet").order_by("account"))


def _give_back(purchase: Purchase, assessed: Assessed, book: Rulebook) -> None:
    """Give back what rules counted and carried over; budgets, which all share, come last."""
    if purchase.member is None:
        return
    recalling.give_back(member_id=purchase.member.pk, changes=assessed.carried)
    counting.give_back(
        holder=purchase.member.holder_id,
        counters=reweighing.counters_of(purchase=purchase),
        at=reweighing.moment_of(purchase=purchase),
        was=assessed.was,
        left=assessed.remains,
        book=book,
    )


def _tell(given: Return, book: Rulebook) -> None:
    purchase = given.purchase
    changes.record("purchases", [(purchase.member_id, given.business_on)])
    payload = {
        "return": given.public_id,
        "purchase": purchase.public_id,
        "member": purchase.member.public_id if purchase.member else None,
        "store": given.store.code if given.store else None,
        "business_on": given.business_on.isoformat(),
        "total_cents": given.total_cents,
        "points": given.moved.get(book.spending_wallet, 0),
    }
    outbox.record("purchase.returned", payload, at=given.recorded_at)
