"""How much of what a rule asks for its limits let through. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from loyalty.programmes.awards import Refused, Why
from loyalty.programmes.claims import Claim
from loyalty.programmes.occasions import Occasion
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Limits, Surplus, window


@dataclass(frozen=True)
class Rations:
    """What an occasion and the book leave of each rule's limits."""

    occasion: Occasion
    book: Rulebook
    drawn: Counter[str] = field(default_factory=Counter)

    def draw(self, claims: Iterable[Claim], refused: list[Refused]) -> list[Claim]:
        """Let what is given leave less for the next rule of the same campaign."""
        kept = []
        for claim in claims:
            found = self.fit(claim) if claim.campaign else claim
            if isinstance(found, Why):
                refused.append(Refused(rule=claim.rule, why=found))
                continue
            kept.append(found)
            if found.campaign:
                self.drawn[found.campaign.pot] += found.points
        return kept

    def fit(self, claim: Claim) -> Claim | Why:
        """Return a claim within all its limits, the tightest of which counts; or why nothing."""
        limits = claim.terms.limits
        if why := self._why_not(claim, limits):
            return why
        tightest = min(self._rooms(claim, limits), default=None, key=lambda room: room[0])
        if tightest is None or claim.points <= tightest[0]:
            return claim
        most, why = tightest
        if most <= 0 or limits.surplus is Surplus.REFUSE:
            return why
        return replace(claim, points=most)

    def _why_not(self, claim: Claim, limits: Limits) -> Why | None:
        if self._is_too_soon(claim, limits):
            return Why.TOO_SOON
        for cap in limits.per_member:
            period = window(period=cap.period, day=self.occasion.day)
            used = self.occasion.counters.of(rule=claim.rule, window=period)
            if cap.times is not None and used.times >= cap.times:
                return Why.MEMBER_LIMIT_REACHED
        return None

    def _is_too_soon(self, claim: Claim, limits: Limits) -> bool:
        """Say whether the member's last award was so near; a sale told late may come before it."""
        if limits.cooldown_hours is None:
            return False
        last = self.occasion.counters.of(rule=claim.rule, window="ever").last_at
        gap = timedelta(hours=limits.cooldown_hours)
        return last is not None and abs(self.occasion.at - last) < gap

    def _rooms(self, claim: Claim, limits: Limits) -> Iterator[tuple[int, Why]]:
        """Yield how many points each limit leaves, and what is said where it is too few."""
        if limits.per_purchase is not None:
            yield limits.per_purchase, Why.ABOVE_LIMIT
        for cap in limits.per_member:
            if cap.points is not None:
                period = window(period=cap.period, day=self.occasion.day)
                used = self.occasion.counters.of(rule=claim.rule, window=period)
                yield cap.points - used.points, Why.MEMBER_LIMIT_REACHED
        spent = self.occasion.counters.budgets
        if (most := self.book.budget_of(limits)) is not None:
            yield most - spent.get(claim.rule, 0), Why.BUDGET_SPENT
        if claim.campaign and (most := self.book.budget_of(claim.campaign)) is not None:
            pot = claim.campaign.pot
            yield most - spent.get(pot, 0) - self.drawn[pot], Why.BUDGET_SPENT
