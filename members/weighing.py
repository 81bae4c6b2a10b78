"""A sale, seen by the rules as everything stood at its moment. Reads, and writes nothing."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, QuerySet

from loyalty.programmes import counting, rules
from loyalty.programmes import ladder as ladders
from loyalty.programmes.counters import Counters
from loyalty.programmes.ladder import Rung
from loyalty.programmes.merits import Merits
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award, Basket, Line, MemberFacts, Occasion
from loyalty.programmes.tallies import Tally
from members import facts, qualifying, recalling, standing
from members.models import Member, Purchase
from members.recalling import NOTHING, Recalled
from members.selling import Sale


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """The member of a sale, read again after the lock, with the counters of its moment.

    `merits` is what the ladder counts in the window that ends with the sale, itself not
    counted; `merits_today` that of the window that ends with the day of booking, without the
    visit of the sale's own day. None without a
    ladder. `is_known` says that the key of this sale has acted already.
    """

    member: Member
    merits: Merits | None = None
    merits_today: Merits | None = None
    recalled: Recalled = NOTHING
    is_known: bool = False
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What a sale gives, and the facts and counters on which that rests."""

    award: Award
    day: date
    tier: Rung | None = None
    facts: MemberFacts | None = None
    merits: Merits | None = None
    counters: Counters = field(default_factory=Counters)

    def facts_as_json(self) -> dict[str, Any]:
        """Return the member facts and counters that were used, as kept with the purchase."""
        if self.facts is None:
            return {}
        counters = self.counters.as_json()
        return {
            **self.facts.as_json(),
            **qualifying.as_json(self.merits),
            **({"counters": counters} if counters else {}),
        }


def moment_of(*, sale: Sale, at: datetime) -> datetime:
    """Return when a sale takes effect: its moment, or now when its till's clock is ahead."""
    return min(sale.occurred_at, at)


def review_day(*, sale: Sale, at: datetime, book: Rulebook) -> date:
    return max(book.business_day(at), book.business_day(sale.occurred_at))


def get_buyer(
    *,
    sale: Sale,
    at: datetime,
    book: Rulebook,
    key: str | None = None,
    does_lock: bool = False,
) -> Buyer | None:
    """Return the member of a sale as they are now, with counters, in one statement.

    And in one more for each sort of thing that some rule has to look up; limits look up what
    the member had, and budgets, which are locked when asked.
    """
    if sale.member is None:
        return None
    member = _with_merits(sale.member, sale, at, book, key).get()
    recalled = recalling.get_recalled(member_ids=[member.pk], book=book)
    return Buyer(
        member=member,
        merits=qualifying.merits_of(member=member, name=qualifying.BEFORE, ladder=book.ladder),
        merits_today=qualifying.merits_of(
            member=member, name=qualifying.TODAY, ladder=book.ladder
        ),
        recalled=recalled[member.pk],
        is_known=member.sale_is_known,
        tally=counting.get_tally(
            holders=[member.holder_id],
            moments=[(moment_of(sale=sale, at=at), book.business_day(sale.occurred_at))],
            book=book,
            does_lock=does_lock,
        ),
    )


def _with_merits(
    member: Member, sale: Sale, at: datetime, book: Rulebook, key: str | None
) -> QuerySet[Member, Any]:
    members: QuerySet[Member, Any] = Member.objects.filter(pk=member.pk).annotate(
        sale_is_known=Exists(Purchase.objects.filter(key=key or "")),
    )
    if book.ladder:
        columns = qualifying.columns(
            sale=sale,
            today=review_day(sale=sale, at=at, book=book),
            ladder=book.ladder,
            book=book,
        )
        members = members.annotate(**columns)
    return members


def weigh(*, sale: Sale, buyer: Buyer | None, at: datetime, book: Rulebook) -> Weighed:
    """Return the award of a sale by the rules, tier and counters of its moment.

    Anonymous sales earn nothing, and those of a training store never do.
    """
    day, moment = book.business_day(sale.occurred_at), moment_of(sale=sale, at=at)
    if sale.is_training:
        nothing = Award(wallet=book.spending_wallet, rounding=book.rounding.value)
        return Weighed(award=nothing, day=day)
    tier = _tier_at(buyer, moment=moment, day=day, book=book) if buyer else None
    known = None
    if buyer:
        known = facts.of(
            member=buyer.member, tier=tier, at=moment, book=book, recalled=buyer.recalled
        )
    counters = Counters()
    if buyer:
        holder = buyer.member.holder_id
        counters = buyer.tally.counters(holder=holder, at=moment, day=day, book=book)
    award = evaluate(sale=sale, moment=moment, day=day, known=known, counters=counters, book=book)
    merits = buyer.merits if buyer else None
    return Weighed(award=award, day=day, tier=tier, facts=known, merits=merits, counters=counters)


def evaluate(
    *,
    sale: Sale,
    moment: datetime,
    day: date,
    known: MemberFacts | None,
    book: Rulebook,
    counters: Counters | None = None,
) -> Award:
    """Ask the pure rules. Imports, previews and tills all come through here.

    Without counters no cap and no budget has been touched yet.
    """
    lines = tuple(
        Line(
            position=position,
            amount_cents=line.amount_cents,
            sku=line.sku,
            category=line.category,
            quantity=line.quantity,
            brand=line.brand,
            tags=tuple(line.tags),
            tax_cents=line.tax_cents,
        )
        for position, line in enumerate(sale.lines, start=1)
    )
    basket = Basket(
        total_cents=sale.total_cents,
        lines=lines,
        store=sale.store.code if sale.store else "",
        channel=sale.channel,
        till=sale.till,
        tax_cents=sale.tax_cents,
        payments=tuple((payment.means, payment.amount_cents) for payment in sale.payments),
    )
    occasion = Occasion(
        at=moment, day=day, basket=basket, member=known, counters=counters or Counters()
    )
    return rules.evaluate(occasion=occasion, book=book)


def _tier_at(buyer: Buyer, *, moment: datetime, day: date, book: Rulebook) -> Rung | None:
    ladder = book.ladder
    if ladder is None:
        return None
    held = standing.get_held(member=buyer.member, at=moment, ladder=ladder)
    past = qualifying.past_of(
        member=buyer.member, known={day: buyer.merits or Merits()}, book=book
    )
    now, _moves = ladders.settle(ladder=ladder, standing=held, past=past, day=day)
    return ladder.held(now).rung
