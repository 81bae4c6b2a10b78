"""One member's sales in order of time, through the ladder and the rules as on the day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import idling
from loyalty.programmes import ladder as ladders
from loyalty.programmes.awards import CarriedOver
from loyalty.programmes.counters import Counters
from loyalty.programmes.ladder import Move, Rung
from loyalty.programmes.merits import Merits
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award, MemberFacts
from loyalty.programmes.tallies import Tally
from members import activity, bonuses, facts, handing, moving, purchasing, recalling, weighing
from members.activity import Activity
from members.handing import Awarded
from members.models import Member, Purchase, PurchaseLine, TierChange
from members.recalling import NOTHING, Recalled
from members.selling import Sale


@dataclass
class Harvest:
    """What the sales of a chunk come to, before any of it is written."""

    purchases: list[Purchase] = field(default_factory=list)
    lines: list[PurchaseLine] = field(default_factory=list)
    earnings: list[posting.Earning] = field(default_factory=list)
    tier_changes: list[TierChange] = field(default_factory=list)
    activities: list[posting.Activity] = field(default_factory=list)
    carried: list[tuple[int, CarriedOver]] = field(default_factory=list)
    awarded: list[Awarded] = field(default_factory=list)
    late_members: set[int] = field(default_factory=set)


@dataclass
class Walk:
    """A member on the way through their past; or nobody, for anonymous sales.

    `past` holds the tier changes of a member who has already moved later than the first of
    these sales: what was given stands, and they are reviewed as of today afterwards. `tally` is
    shared by all whose sales are booked together.
    """

    book: Rulebook
    at: datetime
    member: Member | None = None
    accounts: Mapping[str, Account] = field(default_factory=dict)
    activity: Activity | None = None
    past: Sequence[TierChange] | None = None
    recalled: Recalled = NOTHING
    tally: Tally = field(default_factory=Tally)
    _known: dict[int | None, MemberFacts] = field(default_factory=dict)

    def take(self, *, sale: Sale, key: str, harvest: Harvest) -> None:
        """Add what a sale comes to; the next one of this member sees its effects."""
        day = self.book.business_day(sale.occurred_at)
        tier = self._tier_before(sale.occurred_at, day, harvest)
        merits = self._merits(day)
        known = self._facts(tier, sale.occurred_at)
        counters = self._counters(sale, day)
        award = weighing.evaluate(
            sale=sale,
            moment=sale.occurred_at,
            day=day,
            known=known,
            counters=counters,
            book=self.book,
        )
        weighed = weighing.Weighed(
            award=award, day=day, tier=tier, facts=known, merits=merits, counters=counters
        )
        purchase = self._row(sale, weighed, key)
        harvest.purchases.append(purchase)
        harvest.lines += purchasing.lines_of(purchase=purchase, sale=sale)
        self._give(award, purchase, harvest)
        self._count(sale, award, day)
        self._remember(award, harvest)
        self._climb(sale, award, day, harvest)

    def _merits(self, day: date) -> Merits | None:
        ladder = self.book.ladder
        return ladder.counted(day, self.activity.past) if ladder and self.activity else None

    def _remember(self, award: Award, harvest: Harvest) -> None:
        """Let the next sale know what this one changed of what rules count."""
        if self.member is None:
            return
        harvest.carried += [(self.member.pk, carried) for carried in award.carried]
        self.recalled = recalling.after(recalled=self.recalled, award=award)
        if recalling.changes(book=self.book):
            self._known.clear()

    def _give(self, award: Award, purchase: Purchase, harvest: Harvest) -> None:
        """Add what the award is to be booked as, and whether it hands anything over."""
        if self.member is None:
            return
        awarded = Awarded(
            member=self.member,
            accounts=self.accounts,
            award=award,
            origin=purchase.public_id,
            key=purchase.key,
            at=purchase.occurred_at,
        )
        harvest.earnings += bonuses.earnings_of(
            awarded=awarded, occurred_at=purchase.occurred_at, reason=purchasing.REASON,
            book=self.book, did=bonuses.PURCHASED,
        )  # fmt: skip
        harvest.activities += self._activities(award, purchase.occurred_at)
        if handing.has_any(award=award, book=self.book):
            harvest.awarded.append(awarded)

    def _activities(self, award: Award, moment: datetime) -> Iterator[posting.Activity]:
        """Yield that a purchase counts for wallets of which it gave nothing. Usually none."""
        given = {grant.wallet for grant in award.grants}
        for wallet, account in self.accounts.items():
            idle = self.book.idle(wallet, idling.Activity.PURCHASE, at=moment)
            if idle is not None and idle.resets and wallet not in given:
                yield posting.Activity(account.pk, idle, moment)

    def _counters(self, sale: Sale, day: date) -> Counters:
        if self.member is None:
            return Counters()
        holder = self.member.holder_id
        return self.tally.counters(holder=holder, at=sale.occurred_at, day=day, book=self.book)

    def _count(self, sale: Sale, award: Award, day: date) -> None:
        if self.member is not None:
            self.tally.add(
                holder=self.member.holder_id,
                award=award,
                at=sale.occurred_at,
                day=day,
                book=self.book,
            )

    def _facts(self, tier: Rung | None, moment: datetime) -> MemberFacts | None:
        if self.member is None:
            return None
        pk = tier.pk if tier else None
        if pk not in self._known:
            self._known[pk] = facts.of(
                member=self.member, tier=tier, at=moment, book=self.book, recalled=self.recalled
            )
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
        if self.member is None or self.activity is None or self.book.ladder is None:
            return None
        ladder, past = self.book.ladder, self.activity.past
        if self.past is not None:
            held = moving.held_in(changes=self.past, at=moment, ladder=ladder)
            now, _moves = ladders.settle(ladder=ladder, standing=held, past=past, day=day)
            return ladder.held(now).rung
        held = moving.written(member=self.member, ladder=ladder)
        now, moves = ladders.settle(ladder=ladder, standing=held, past=past, day=day)
        self._move(self.member, moves, moment, harvest)
        return ladder.held(now).rung

    def _climb(self, sale: Sale, award: Award, day: date, harvest: Harvest) -> None:
        ladder = self.book.ladder
        if self.member is None or self.activity is None or ladder is None:
            return
        credited = activity.credits_of(award=award, ladder=ladder)
        self.activity.add_purchase(day=day, cents=sale.total_cents, credited=credited)
        if self.past is not None:
            harvest.late_members.add(self.member.pk)
            return
        held = moving.written(member=self.member, ladder=ladder)
        moves = ladders.review(ladder=ladder, standing=held, past=self.activity.past, day=day)
        self._move(self.member, moves, sale.occurred_at, harvest)

    def _move(
        self, member: Member, moves: Sequence[Move], moment: datetime, harvest: Harvest
    ) -> None:
        changes = moving.changes_of(member=member, moves=moves, at=moment, book=self.book)
        for change in changes:
            moving.let_hold(change=change)
        harvest.tier_changes += changes
