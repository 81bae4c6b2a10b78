"""One member's sales in order of time, through the ladder and the rules as on the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import ladder as ladders
from loyalty.programmes.ladder import Move, Reason, Rung
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import MemberFacts
from members import bonuses, facts, purchasing, standing, weighing
from members.models import Member, Purchase, PurchaseLine, TierChange
from members.selling import Sale
from members.spending import Spending


@dataclass
class Harvest:
    """What the sales of a chunk come to, before any of it is written."""

    purchases: list[Purchase] = field(default_factory=list)
    lines: list[PurchaseLine] = field(default_factory=list)
    earnings: list[posting.Earning] = field(default_factory=list)
    tier_changes: list[TierChange] = field(default_factory=list)
    late_members: set[int] = field(default_factory=set)


@dataclass
class Walk:
    """A member on the way through their past; or nobody, for anonymous sales.

    `past` holds the tier changes of a member who has already moved later than the first of
    these sales: what was given stands, and they are reviewed as of today afterwards.
    """

    book: Rulebook
    at: datetime
    member: Member | None = None
    accounts: Mapping[str, Account] = field(default_factory=dict)
    spending: Spending | None = None
    past: Sequence[TierChange] | None = None
    _known: dict[int | None, MemberFacts] = field(default_factory=dict)

    def take(self, *, sale: Sale, key: str, harvest: Harvest) -> None:
        """Add what a sale comes to; the next one of this member sees its effects."""
        day = self.book.business_day(sale.occurred_at)
        tier = self._tier_before(sale.occurred_at, day, harvest)
        spent = self.spending.window(day) if self.spending else None
        known = self._facts(tier)
        award = weighing.evaluate(
            sale=sale, moment=sale.occurred_at, day=day, known=known, book=self.book
        )
        weighed = weighing.Weighed(award=award, day=day, tier=tier, facts=known, spent=spent)
        purchase = self._row(sale, weighed, key)
        harvest.purchases.append(purchase)
        harvest.lines += purchasing.lines_of(purchase=purchase, sale=sale)
        harvest.earnings += bonuses.earnings_of(
            award=award,
            accounts=self.accounts,
            reference=purchase.public_id,
            key=key,
            at=sale.occurred_at,
            occurred_at=sale.occurred_at,
            reason=purchasing.REASON,
        )
        self._climb(sale, day, harvest)

    def _facts(self, tier: Rung | None) -> MemberFacts | None:
        if self.member is None:
            return None
        pk = tier.pk if tier else None
        if pk not in self._known:
            self._known[pk] = facts.of(member=self.member, tier=tier, book=self.book)
        return self._known[pk]

    def _row(self, sale: Sale, weighed: weighing.Weighed, key: str) -> Purchase:
        return purchasing.row(
            sale=sale,
            member=self.member,
            weighed=weighed,
            key=key,
            at=self.at,
            is_historic=True,
        )

    def _tier_before(self, moment: datetime, day: date, harvest: Harvest) -> Rung | None:
        if self.member is None or self.spending is None or self.book.ladder is None:
            return None
        ladder, spent = self.book.ladder, self.spending.window
        if self.past is not None:
            held = standing.held_in(changes=self.past, at=moment, ladder=ladder)
            now = standing.settled(held=held, spent=spent, day=day, ladder=ladder)
            return ladder.get(now.tier)
        held = standing.written(member=self.member, ladder=ladder)
        moves = ladders.review(ladder=ladder, standing=held, spent=spent, day=day)
        self._move(
            self.member,
            list(takewhile(lambda move: move.reason is not Reason.REACHED, moves)),
            moment,
            harvest,
        )
        return standing.rung_of(self.member.tier_id, ladder)

    def _climb(self, sale: Sale, day: date, harvest: Harvest) -> None:
        if self.member is None or self.spending is None or self.book.ladder is None:
            return
        self.spending.add(day=day, cents=sale.total_cents)
        if self.past is not None:
            harvest.late_members.add(self.member.pk)
            return
        held = standing.written(member=self.member, ladder=self.book.ladder)
        moves = ladders.review(
            ladder=self.book.ladder, standing=held, spent=self.spending.window, day=day
        )
        self._move(self.member, moves, sale.occurred_at, harvest)

    def _move(
        self, member: Member, moves: Sequence[Move], moment: datetime, harvest: Harvest
    ) -> None:
        changes = standing.changes_of(member=member, moves=moves, at=moment, book=self.book)
        for change in changes:
            standing.let_hold(change=change)
        harvest.tier_changes += changes
