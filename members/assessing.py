"""A return, weighed against what is left of its sale. Reads, and writes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.core import money
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import remaining, reweighing, splitting
from members.models import Purchase, PurchaseLine
from members.remaining import Goods, Sold
from members.splitting import Back, Paid


class ReturnExceedsSale(Refusal):
    """`left` says how much of the sale is left: an amount, or pieces of one line."""

    code = "return-exceeds-sale"
    title = _("More would come back than is left of the sale.")


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What comes back of a sale: quantities by the position of their lines, or an amount.

    Without either it is all that is left. The channel is that of the sale unless it is told.
    """

    purchase: Purchase
    occurred_at: datetime
    quantities: Mapping[int, Decimal] = field(default_factory=dict)
    amount_cents: int | None = None
    store: Store | None = None
    till: str = ""
    channel: str = ""
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A sale, its lines by position, what came back of it before, and what was left then."""

    purchase: Purchase
    lines: Mapping[int, PurchaseLine]
    sold: Sold
    taken: Mapping[str, int]
    left: Mapping[str, Any]
    refunded: Sequence[Mapping[str, Any]] = ()
    vouchers: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What a return comes to: pieces by position, cents, and points to take back by wallet.

    `left` is the award of the goods that are left, as it is kept; empty where goods were never
    named. `carried` is by rule the cents by which what it carries over changes; `was` and
    `remains` are by rule the points before and after. `lost` are the vouchers that the award
    gave and no longer would, and `settled` those, by key, that returns before asked back; `refund`
    is what comes back of each payment, in their order.
    """

    quantities: Mapping[int, Decimal]
    pieces_cents: Mapping[int, int]
    total_cents: int
    left: Mapping[str, Any]
    taken: Mapping[str, int]
    carried: Mapping[str, int]
    was: Mapping[str, int]
    remains: Mapping[str, int]
    refund: Sequence[Back]
    lost: Sequence[Mapping[str, Any]]
    settled: Sequence[int]


def assess(*, brought: Brought, book: Rulebook) -> Assessed:
    """Return what a return comes to, given all that came back of its sale before.

    Call it with the sale locked; its purchase is the locked row, with its store. Raises
    ReturnExceedsSale or ValidationFailed.
    """
    known = _get_known(brought.purchase)
    quantities, cents = _read(brought, known.sold)
    after = _after(known.sold, quantities, cents, book)
    left = _weigh(known, after, book)
    before = {line.position: line.returned_cents for line in known.sold.goods}
    return Assessed(
        quantities=quantities,
        pieces_cents={
            line.position: line.returned_cents - before[line.position]
            for line in after.goods
            if line.position in quantities
        },
        total_cents=after.returned_cents - known.sold.returned_cents,
        left=left,
        taken=_taken(known, after, left),
        carried=_carried(known, after, left),
        was=_by_rule(known.left, known.sold),
        remains=_by_rule(left or known.left, after),
        refund=_refund(known, after),
        lost=_lost(known, after, left),
        settled=known.vouchers,
    )


def _get_known(purchase: Purchase) -> Known:
    """Read the lines of a sale and all its returns, in three statements."""
    lines = {line.position: line for line in purchase.lines.order_by("position")}
    before = list(purchase.returns.order_by("pk").prefetch_related("lines__line"))
    came = remaining.sum_up(
        (line.line.position, line.quantity) for given in before for line in given.lines.all()
    )
    amounts = [given.total_cents for given in before if not given.lines.all()]
    goods = [
        Goods(
            position=position,
            sold=line.quantity,
            amount_cents=line.amount_cents,
            returned=came.get(position, Decimal(0)),
        )
        for position, line in lines.items()
    ]
    sold = Sold(
        total_cents=purchase.total_cents,
        goods=goods,
        by_amount_cents=sum(amounts),
        has_amounts=bool(amounts),
    )
    taken: Counter[str] = Counter()
    for given in before:
        taken.update(given.taken)
    left = next((given.left for given in reversed(before) if given.left), purchase.award)
    return Known(
        purchase=purchase,
        lines=lines,
        sold=sold,
        taken=taken,
        left=left,
        refunded=[part for given in before for part in given.refund],
        vouchers=[one["voucher"] for given in before for one in given.vouchers],
    )


def _read(brought: Brought, sold: Sold) -> tuple[Mapping[int, Decimal], int | None]:
    """Return which goods come back, or else the amount; all that is left where neither is told."""
    if brought.quantities:
        known = {line.position for line in sold.goods}
        detail = _("The sale has no such line.")
        wrong = [
            FieldRefusal(f"/lines/{place}/line", "unknown-line", detail)
            for place, position in enumerate(brought.quantities)
            if position not in known
        ]
        if wrong:
            raise ValidationFailed(errors=wrong)
        return brought.quantities, None
    if brought.amount_cents is None and sold.goods and not sold.has_amounts:
        return {line.position: line.left for line in sold.goods if line.left}, None
    return {}, sold.left_cents if brought.amount_cents is None else brought.amount_cents


def _after(
    before: Sold, quantities: Mapping[int, Decimal], cents: int | None, book: Rulebook
) -> Sold:
    """Return what the sale is afterwards. Raises ReturnExceedsSale or ValidationFailed."""
    left = money.to_text(cents=before.left_cents, currency=book.currency)
    if before.is_all_back:
        raise ReturnExceedsSale(left=left)
    for line in before.goods:
        if quantities.get(line.position, Decimal(0)) > line.left:
            raise ReturnExceedsSale(line=line.position, left=f"{line.left.normalize():f}")
    after = before.after(quantities=quantities)
    if cents is not None:
        after = after.after_amount(cents)
    if after.left_cents < 0:
        raise ReturnExceedsSale(left=left)
    if after.returned_cents < before.returned_cents:
        detail = _("Discounts come back with what they were given on.")
        raise ValidationFailed(errors=[FieldRefusal("/lines", "negative", detail)])
    return after


def _weigh(known: Known, after: Sold, book: Rulebook) -> dict[str, Any]:
    """Return the award of the goods that are left, as it is kept; none if none were named."""
    if not any(line.returned for line in after.goods):
        return {}
    award = reweighing.reweigh(purchase=known.purchase, lines=known.lines, sold=after, book=book)
    return award.as_json()


def _taken(known: Known, after: Sold, left: Mapping[str, Any]) -> dict[str, int]:
    """Return how many points of each wallet this return asks back."""
    earned = points_by_wallet(known.purchase.award)
    kept = points_by_wallet(left) if left else earned
    taken = {
        wallet: remaining.taken_back(
            earned=points,
            kept=kept.get(wallet, 0),
            sold=after,
            before=known.taken.get(wallet, 0),
        )
        - known.taken.get(wallet, 0)
        for wallet, points in earned.items()
    }
    return {wallet: points for wallet, points in taken.items() if points}


def points_by_wallet(award: Mapping[str, Any]) -> dict[str, int]:
    """Return how many points an award, as it is kept, gave in each wallet."""
    points: Counter[str] = Counter()
    for line in award.get("lines", ()):
        points[line["wallet"]] += line["points"]
    return points


def _carried(known: Known, after: Sold, left: Mapping[str, Any]) -> dict[str, int]:
    """Return by rule how the cents it carries below one step change: as if never sold, at the end.

    What an amount alone changes of it is not known before all is back.
    """
    then = known.purchase.facts.get("carried", {})
    was, now = _after_cents(known.left), _after_cents(left or known.left)
    if after.is_all_back:
        now = {}
    changes = {
        rule: now.get(rule, then.get(rule, 0)) - was.get(rule, then.get(rule, 0))
        for rule in sorted(was.keys() | now.keys())
    }
    return {rule: cents for rule, cents in changes.items() if cents}


def _after_cents(award: Mapping[str, Any]) -> dict[str, int]:
    return {one["rule"]: one["after_cents"] for one in award.get("carried", ())}


def _by_rule(award: Mapping[str, Any], sold: Sold) -> dict[str, int]:
    """Return by rule how many points are left, those that amounts took their share of less."""
    if sold.is_all_back:
        return {}
    of = sold.total_cents - sold.by_goods_cents
    return {
        line["rule"]: line["points"]
        - remaining.share(whole=line["points"], part=sold.by_amount_cents, of=of)
        for line in award.get("lines", ())
    }


def _refund(known: Known, after: Sold) -> list[Back]:
    """Return what comes back of each payment; nothing is known of it where none was told."""
    cents: Counter[int] = Counter()
    points: Counter[int] = Counter()
    for part in known.refunded:
        cents[part["payment"]] += part["amount_cents"]
        points[part["payment"]] += part.get("points", 0)
    paid = [
        Paid(
            cents=one["amount_cents"],
            points=one.get("points", 0),
            back_cents=cents[place],
            back_points=points[place],
        )
        for place, one in enumerate(known.purchase.payments)
    ]
    before = known.sold.returned_cents
    return splitting.split(
        paid=paid,
        total_cents=known.sold.total_cents,
        before_cents=before,
        cents=after.returned_cents - before,
    )


def _lost(known: Known, after: Sold, left: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the vouchers that the award of what is left no longer gives; an amount loses none."""
    now = [] if after.is_all_back else _gifts(left or known.left)
    lost = _gifts(known.left)
    for gift in now:
        if gift in lost:
            lost.remove(gift)
    return lost


def _gifts(award: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [line["voucher"] for line in award.get("lines", ()) if "voucher" in line]
