"""Purchases as they were, through rules as they might be: what it would have come to.

Each purchase is weighed again with the facts kept with it, in the order of booking. What
counts towards caps and budgets is what these rules would have given; what returns and other
events did to the counters meanwhile is seen from the counters kept with each purchase.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from loyalty.ledger.planning import Grant
from loyalty.programmes.counters import NOTHING, Counters, Used
from loyalty.programmes.merits import Measure
from loyalty.programmes.rulebook import Rulebook, RuleTerms
from loyalty.programmes.rules import Award, MemberFacts
from loyalty.programmes.tallies import Tally
from members import activity, weighing
from members.models import Purchase, PurchaseLine
from members.recovering import Recovery
from members.selling import Payment, Sale, SaleLine

# What of a sale is rows of its own, or was so when it was told alone.
_MADE = frozenset({"lines", "payments", "room"})


@dataclass
class Side:
    """What was given in all: points of the spending wallet, by rule and by month."""

    points: int = 0
    lasting: int = 0
    awards: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    by_month: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        return {
            "points": self.points,
            "lasting": self.lasting,
            "awards": self.awards,
            "by_rule": dict(self.by_rule),
            "by_month": dict(self.by_month),
        }


@dataclass
class Replay:
    """The run of one book over purchases; `draft` is the code of the rule that is tried.

    `recovery` finds what the draft asks and no rule asked then; `credited` is by how many status
    credits each day of a member differs.
    """

    book: Rulebook
    at: datetime
    draft: str = ""
    was: Side = field(default_factory=Side)
    would: Side = field(default_factory=Side)
    purchases: int = 0
    recovery: Recovery | None = None
    credited: defaultdict[int, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    _tally: Tally = field(default_factory=Tally)
    _mirror: Tally = field(default_factory=Tally)
    _carried: dict[tuple[int, str], int] = field(default_factory=dict)
    _by_member: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def take(self, *, purchase: Purchase, lines: Sequence[PurchaseLine]) -> Award:
        """Weigh one purchase of a member again, and return what it would have been given."""
        holder = purchase.member.holder_id if purchase.member else 0
        moment = min(purchase.occurred_at, purchase.recorded_at)
        day = purchase.business_on
        told: Any = {"holder": holder, "at": moment, "day": day, "book": self.book}
        self._hear(Counters.from_json(purchase.facts.get("counters", {})), holder)
        award = weighing.evaluate(
            sale=sale_of(purchase=purchase, lines=lines),
            moment=moment,
            day=day,
            known=self._facts(purchase, moment),
            counters=self._tally.counters(**told),
            book=self.book,
        )
        self._tally.add(**told, award=award)
        self._remember(purchase, award)
        self._mirror_real(purchase, moment, holder)
        self._count(purchase, award)
        return award

    def as_json(self) -> dict[str, Any]:
        value = self.book.value_of_point
        return {
            "purchases": self.purchases,
            "members": sum(1 for difference in self._by_member.values() if difference),
            "was": self.was.as_json(),
            "would": self.would.as_json(),
            "cost": str(Decimal(self.would.points - self.was.points) * value),
            "liability": str(Decimal(self.would.lasting - self.was.lasting) * value),
        }

    def _hear(self, kept: Counters, holder: int) -> None:
        """Let what else changed the counters, or was there before, count here as it did then."""
        for (rule, window), used in kept.used.items():
            row = holder, rule, window
            known = self._mirror.used.get(row, NOTHING)
            if used != known:
                ours = self._tally.used.get(row, NOTHING)
                self._tally.used[row] = _moved(ours, since=known, to=used)
                self._mirror.used[row] = used
        for name, points in kept.budgets.items():
            moved = points - self._mirror.budgets.get(name, 0)
            if moved:
                self._tally.budgets[name] = self._tally.budgets.get(name, 0) + moved
                self._mirror.budgets[name] = points

    def _mirror_real(self, purchase: Purchase, moment: datetime, holder: int) -> None:
        """Count what was really given, from which the next purchase tells what else happened."""
        given = {line["rule"]: line["points"] for line in purchase.award.get("lines", ())}
        kept = Counters.from_json(purchase.facts.get("counters", {}))
        for rule, window in kept.used:
            if rule in given:
                row = holder, rule, window
                before = self._mirror.used.get(row, NOTHING)
                self._mirror.used[row] = before.plus(points=given[rule], at=moment)
        for name in kept.budgets:
            drawn = sum(points for code, points in given.items() if name in self._pots(code))
            self._mirror.budgets[name] = self._mirror.budgets.get(name, 0) + drawn

    def _pots(self, code: str) -> set[str]:
        rule = self._rules.get(code)
        return {code, rule.pot} if rule else {code}

    @cached_property
    def _rules(self) -> dict[str, RuleTerms]:
        return {rule.code: rule for rule in self.book.rules}

    def _facts(self, purchase: Purchase, moment: datetime) -> MemberFacts:
        """Return the facts of then, held out of what they are held out of for ever.

        What the draft carries over is what it would have left.
        """
        known = MemberFacts.from_json(purchase.facts)
        if purchase.member is None:
            return known
        out = (one.code for one in self.book.campaigns if one.holds_out(purchase.member.public_id))
        known = replace(known, held_out=tuple(out))
        if not self.draft:
            return known
        if self.recovery:
            known = self.recovery.complete(purchase=purchase, known=known, moment=moment)
        ours = self._carried.get((purchase.member.pk, self.draft), 0)
        return replace(known, carried={**known.carried, self.draft: ours})

    def _remember(self, purchase: Purchase, award: Award) -> None:
        for one in award.carried:
            if purchase.member_id is not None:
                self._carried[purchase.member_id, one.rule] = one.after_cents

    def _count(self, purchase: Purchase, award: Award) -> None:
        self.purchases += 1
        month = f"{purchase.business_on:%Y-%m}"
        real = {line["rule"]: line["points"] for line in purchase.award.get("lines", ())}
        ours = {line.rule: line.points for line in award.lines}
        lasting = sum(
            grant.points
            for grant in award.grants
            if grant.wallet == award.wallet and _lasts(grant, self.at)
        )
        _add(self.would, award.points, lasting, ours, month)
        # What lasts of it is judged by the terms of today on both sides.
        share = lasting if ours == real else _share(lasting, award.points, purchase.points)
        _add(self.was, purchase.points, share, real, month)
        if purchase.member_id is not None:
            self._by_member[purchase.member_id] += award.points - purchase.points
            if more := self._credits(award) - self._real_credits(purchase):
                self.credited[purchase.member_id][purchase.business_on] += more

    def _credits(self, award: Award) -> int:
        return activity.credits_of(award=award, ladder=self.book.ladder) if self.book.ladder else 0

    def _real_credits(self, purchase: Purchase) -> int:
        ladder = self.book.ladder
        if ladder is None or not ladder.counts(Measure.CREDITS):
            return 0
        lines = purchase.award.get("lines", ())
        return sum(one["points"] for one in lines if one["wallet"] == ladder.credit_wallet)


def _add(side: Side, points: int, lasting: int, given: dict[str, int], month: str) -> None:
    side.points += points
    side.lasting += lasting
    side.awards += bool(points)
    side.by_rule.update(given)
    side.by_month[month] += points


def _lasts(grant: Grant, at: datetime) -> bool:
    """Say whether points are there at a moment; what waits for an event, while it may come."""
    return (grant.wait.cancels_at if grant.wait else grant.expires_at) > at


def _share(lasting: int, points: int, real: int) -> int:
    return real if not points else real * lasting // points


def _moved(ours: Used, *, since: Used, to: Used) -> Used:
    """Return our count moved by what happened to the real one."""
    return Used(
        points=max(0, ours.points + to.points - since.points),
        times=max(0, ours.times + to.times - since.times),
        last_at=to.last_at if ours.last_at == since.last_at else ours.last_at,
    )


def sale_of(*, purchase: Purchase, lines: Sequence[PurchaseLine]) -> Sale:
    """Return a purchase as the till told it: whatever a sale says is kept under the same name."""
    said = {one.name: getattr(purchase, one.name) for one in fields(Sale) if one.name not in _MADE}
    return Sale(
        **said,
        lines=[
            SaleLine(**{one.name: getattr(line, one.name) for one in fields(SaleLine)})
            for line in lines
        ],
        payments=[Payment(**payment) for payment in purchase.payments],
    )
