"""What paid a sale comes back when its goods do: points to their lots, vouchers as new ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from loyalty.core import keys
from loyalty.ledger import posting
from loyalty.ledger.models import Entry, Hold
from loyalty.programmes.rulebook import Rulebook
from members import vouchering
from members.models import Return, Voucher
from members.splitting import Back

REASON = "return"


def give_back(
    *, given: Return, came: Sequence[Back], at: datetime, book: Rulebook
) -> list[dict[str, Any]]:
    """Give back what comes back of each payment that is ours, and return all of it as it is kept.

    Points go to the lots they came from; where those have expired meanwhile they live as long
    as the wallet's grace. What a voucher paid comes back as a new one, good as long as it was and
    through that grace at least. One for a thing is worth no money: it comes back for that thing
    with the last of the sale. Money is the till's to give. The accounts are locked; no
    statement where money alone paid.
    """
    payments = given.purchase.payments
    spent = _get_spent(payments)
    parts = []
    for place, (paid, back) in enumerate(zip(payments, came, strict=True)):
        part = {"payment": place, "means": paid["means"], "amount_cents": back.cents}
        if back.points:
            entry = spent[paid["hold"]]
            part |= {"points": back.points, "hold": paid["hold"]}
            refund(given=given, entry=entry, points=back.points, at=at, book=book)
        elif back.cents and "voucher" in paid:
            renewed = _renew(given, paid["voucher"], back, at=at, book=book)
            part |= {"voucher": renewed.pk} if renewed else {}
        if back.cents or back.points:
            parts.append(part)
    return parts


def _get_spent(payments: Sequence[Mapping[str, Any]]) -> dict[str, Entry]:
    """Return the entries by which holds paid, by the holds' ids."""
    ids = [paid["hold"] for paid in payments if "hold" in paid]
    if not ids:
        return {}
    holds = Hold.objects.filter(public_id__in=ids).select_related("closing__account__wallet")
    return {hold.public_id: hold.closing for hold in holds if hold.closing is not None}


def refund(*, given: Return, entry: Entry, points: int, at: datetime, book: Rulebook) -> None:
    """Give points of a spending back to their lots, with the return, once for each spending."""
    posting.refund(
        entry=entry,
        points=points,
        key=keys.digest(scope=f"refund:{entry.number}", key=given.key),
        at=at,
        grace_days=book.wallet(entry.account.wallet.code).refund_grace_days,
        idle=book.idle(entry.account.wallet.code, at=at),
        actor=given.client,
        reason=REASON,
    )


def _renew(
    given: Return, voucher: int, back: Back, *, at: datetime, book: Rulebook
) -> Voucher | None:
    used = Voucher.objects.with_member().get(pk=voucher)
    sold = given.purchase
    is_all = sold.returned_cents + given.total_cents >= sold.total_cents
    if used.value_cents is None and not is_all:
        return None
    left = (book.last_day(used.expires_at) - book.business_day(at)).days
    return vouchering.issue(
        member=used.member,
        origin=given.public_id,
        name_fr=used.name_fr,
        name_en=used.name_en,
        value_cents=None if used.value_cents is None else back.cents,
        days=max(left, book.wallet(book.spending_wallet).refund_grace_days),
        at=at,
    )
