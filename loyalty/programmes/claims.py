"""The rules that hold for an occasion, each with what it covers, before anything stacks. Pure."""

from dataclasses import dataclass, replace
from decimal import Decimal

from loyalty.programmes import conditions
from loyalty.programmes.awards import Refused, Why
from loyalty.programmes.occasions import Line, Occasion
from loyalty.programmes.rulebook import Rulebook, RuleTerms, Version
from loyalty.programmes.terms import Effect, Event, Multiplier, Stacking, Terms, Then


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What one rule asks for. `points` is set once it has been counted and stacked."""

    rule: str
    name_fr: str
    name_en: str
    wallet: str
    terms: Terms
    rule_version: int | None
    lines: tuple[Line, ...] = ()
    basis_cents: int = 0
    points: int = 0

    @property
    def effect(self) -> Effect:
        return self.terms.then.effect

    @property
    def group(self) -> tuple[str, str]:
        """Return the stacking group; a rule that names none is a group of its own."""
        return (self.terms.group, "") if self.terms.group else ("", self.rule)

    @property
    def stacking(self) -> Stacking:
        return self.terms.stacking


def gather(*, occasion: Occasion, book: Rulebook) -> tuple[list[Claim], list[Refused]]:
    """Return the rules that hold, by priority, then the tier's multiplier; and the refused.

    A rule that is paused or over, and was so at that moment, is in neither.
    """
    claims: list[Claim] = []
    refused: list[Refused] = []
    for rule in book.rules:
        version = rule.version_at(occasion.at)
        if version is None and not rule.is_live:
            continue
        found = _claim(rule, version, occasion, book)
        if isinstance(found, Why):
            refused.append(Refused(rule=rule.code, why=found))
        else:
            claims.append(found)
    if tier := _tier_claim(occasion, book):
        claims.append(tier)
    return claims, refused


def _claim(
    rule: RuleTerms, version: Version | None, occasion: Occasion, book: Rulebook
) -> Claim | Why:
    if occasion.member is None:
        return Why.ANONYMOUS
    if version is None:
        return Why.NOT_IN_PERIOD
    if why := conditions.why_not(version=version, occasion=occasion):
        return why
    claim = Claim(
        rule=rule.code,
        name_fr=rule.name_fr,
        name_en=rule.name_en,
        wallet=version.terms.then.wallet or book.spending_wallet,
        terms=version.terms,
        rule_version=version.pk,
    )
    return _covering(claim, version, occasion)


def _covering(claim: Claim, version: Version, occasion: Occasion) -> Claim | Why:
    """Return the claim with its lines, if it covers any; without a basket none are needed."""
    if occasion.basket is None:
        return claim
    lines = conditions.covered_lines(version=version, basket=occasion.basket)
    if not lines:
        return Why.NO_COVERED_LINE
    basis = conditions.basis_cents(lines=lines, basket=occasion.basket)
    return replace(claim, lines=lines, basis_cents=basis)


def _tier_claim(occasion: Occasion, book: Rulebook) -> Claim | None:
    """Return the multiplier of the member's tier, over the whole basket."""
    member, basket = occasion.member, occasion.basket
    if occasion.name != Event.PURCHASE or member is None or basket is None:
        return None
    rung = book.tier(member.tier)
    factor = member.multiplier
    if factor is None:
        factor = rung.multiplier if rung else Decimal(1)
    if member.tier is None or factor <= 1:
        return None
    lines = basket.counted_lines
    return Claim(
        rule=f"tier-{member.tier}",
        name_fr=f"Niveau {rung.name_fr if rung else member.tier}",
        name_en=f"{rung.name_en if rung else member.tier} tier",
        wallet=book.spending_wallet,
        terms=Terms(then=Then(effect=Multiplier(factor=factor))),
        rule_version=None,
        lines=lines,
        basis_cents=conditions.basis_cents(lines=lines, basket=basket),
    )
