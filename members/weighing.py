"""A sale, seen by the rules as everything stood at its moment. Reads, and writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from loyalty.core import zones
from loyalty.programmes import rules
from loyalty.programmes.ladder import Ladder, Rung, Spent
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award, Basket, Line, MemberFacts, Occasion
from members import facts, spending, standing
from members.models import Member, Purchase
from members.selling import Sale


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """The member of a sale, read again after the lock, with the counters of its moment.

    `spent` is cents in the ladder's window that ends with the sale, itself not counted;
    `spent_today` those of the window that ends with the day of booking. None without a
    ladder. `is_known` says that the key of this sale has acted already.
    """

    member: Member
    spent: int | None = None
    spent_today: int | None = None
    is_known: bool = False


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What a sale gives, and the facts on which that rests."""

    award: Award
    day: date
    tier: Rung | None = None
    facts: MemberFacts | None = None
    spent: int | None = None

    def facts_as_json(self) -> dict[str, Any]:
        """Return the member facts and counters that were used, as kept with the purchase."""
        if self.facts is None:
            return {}
        return {**self.facts.as_json(), "spent_cents": self.spent}


def moment_of(*, sale: Sale, at: datetime) -> datetime:
    """Return when a sale takes effect: its moment, or now when its till's clock is ahead."""
    return min(sale.occurred_at, at)


def review_day(*, sale: Sale, at: datetime, book: Rulebook) -> date:
    return max(book.business_day(at), book.business_day(sale.occurred_at))


def get_buyer(*, sale: Sale, at: datetime, book: Rulebook, key: str | None = None) -> Buyer | None:
    """Return the member of a sale as they are now, with counters, in one statement."""
    if sale.member is None:
        return None
    members: QuerySet[Member, Any] = Member.objects.filter(pk=sale.member.pk).annotate(
        sale_is_known=Exists(Purchase.objects.filter(key=key or "")),
    )
    if book.ladder:
        day = book.business_day(sale.occurred_at)
        today = review_day(sale=sale, at=at, book=book)
        members = members.annotate(
            spent=_spent(book, book.ladder, day, occurred_at__lte=sale.occurred_at),
            spent_today=_spent(
                book,
                book.ladder,
                today,
                occurred_at__lt=zones.end_of_day(day=today, zone=book.zone),
            ),
        )
    member = members.get()
    return Buyer(
        member=member,
        spent=getattr(member, "spent", None),
        spent_today=getattr(member, "spent_today", None),
        is_known=member.sale_is_known,
    )


def _spent(book: Rulebook, ladder: Ladder, day: date, **until: datetime) -> Coalesce:
    first, _last = ladder.window(day)
    # Answered from the index on (member, moment) alone, which includes the total.
    bought = (
        Purchase.objects.filter(
            member=OuterRef("pk"),
            occurred_at__gte=zones.start_of_day(day=first, zone=book.zone),
            **until,
        )
        .order_by()
        .values("member")
        .annotate(cents=Sum("total_cents"))
        .values("cents")
    )
    return Coalesce(Subquery(bought), 0)


def weigh(*, sale: Sale, buyer: Buyer | None, at: datetime, book: Rulebook) -> Weighed:
    """Return the award of a sale by the rules, tier and counters of its moment.

    Anonymous sales earn nothing, and those of a training store never do.
    """
    day, moment = book.business_day(sale.occurred_at), moment_of(sale=sale, at=at)
    if sale.is_training:
        nothing = Award(wallet=book.spending_wallet, rounding=book.rounding.value)
        return Weighed(award=nothing, day=day)
    tier = _tier_at(buyer, moment=moment, day=day, book=book) if buyer else None
    known = facts.of(member=buyer.member, tier=tier, book=book) if buyer else None
    award = evaluate(sale=sale, moment=moment, day=day, known=known, book=book)
    spent = buyer.spent if buyer else None
    return Weighed(award=award, day=day, tier=tier, facts=known, spent=spent)


def evaluate(
    *, sale: Sale, moment: datetime, day: date, known: MemberFacts | None, book: Rulebook
) -> Award:
    """Ask the pure rules. Imports, previews and tills all come through here."""
    lines = tuple(
        Line(
            position=position,
            amount_cents=line.amount_cents,
            sku=line.sku,
            category=line.category,
            quantity=line.quantity,
        )
        for position, line in enumerate(sale.lines, start=1)
    )
    basket = Basket(
        total_cents=sale.total_cents,
        lines=lines,
        store=sale.store.code if sale.store else "",
        channel=sale.channel,
    )
    occasion = Occasion(at=moment, day=day, basket=basket, member=known)
    return rules.evaluate(occasion=occasion, book=book)


def _tier_at(buyer: Buyer, *, moment: datetime, day: date, book: Rulebook) -> Rung | None:
    ladder = book.ladder
    if ladder is None:
        return None
    held = standing.get_held(member=buyer.member, at=moment, ladder=ladder)
    spent = spent_by(member=buyer.member, known={day: buyer.spent or 0}, book=book)
    now = standing.settled(held=held, spent=spent, day=day, ladder=ladder)
    return ladder.get(now.tier)


def spent_by(*, member: Member, known: Mapping[date, int], book: Rulebook) -> Spent:
    """Return what the ladder asks, from what is known; other days cost a statement each.

    Only a tier whose validity has ended, and that no night has written down yet, asks for
    another day.
    """

    def spent(day: date) -> int:
        if day in known or book.ladder is None:
            return known.get(day, 0)
        found = spending.get_spending(
            member_ids=[member.pk], since=day, ladder=book.ladder, book=book
        )
        return found[member.pk].window(day)

    return spent
