"""The rules that hold for an occasion, each with what it covers, before anything stacks. Pure."""

from dataclasses import dataclass, replace
from decimal import Decimal

from loyalty.programmes import conditions, terms
from loyalty.programmes.awards import Refused, Why
from loyalty.programmes.campaigns import CampaignTerms
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rulebook import Rulebook, RuleTerms, Version
from loyalty.programmes.terms import Effect, Event, Multiplier, Rate, Stacking, Terms, Then


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What one rule asks for. `points` is set once it has been counted and stacked.

    `carried_cents` is what it carried over from before, beside the basis of this occasion.
    """

    rule: str
    name_fr: str
    name_en: str
    wallet: str
    terms: Terms
    rule_version: int | None
    lines: tuple[Line, ...] = ()
    basis_cents: int = 0
    carried_cents: int = 0
    points: int = 0
    campaign: CampaignTerms | None = None

    @property
    def carries(self) -> bool:
        return isinstance(self.effect, Rate) and self.effect.carries

    @property
    def effect(self) -> Effect:
        return self.terms.then.effect

    @property
    def is_for_buying(self) -> bool:
        """Say whether it gives for something bought, however much: what counts cents does not."""
        return isinstance(self.effect, terms.Fixed | terms.Gift | terms.PerUnit)

    @property
    def group(self) -> tuple[str, str]:
        """Return the stacking group; a rule that names none is a group of its own."""
        return (self.terms.group, "") if self.terms.group else ("", self.rule)

    @property
    def stacking(self) -> Stacking:
        return self.terms.stacking


def gather(
    *, occasion: Occasion, counted: Basket | None, book: Rulebook
) -> tuple[list[Claim], list[Refused]]:
    """Return the rules that hold, by priority, then the tier's multiplier; and the refused.

    They hold for the basket as it was bought, and cover what counts of it. A rule that is
    paused or over, and was so at that moment, is in neither.
    """
    claims: list[Claim] = []
    refused: list[Refused] = []
    for rule in book.rules:
        version = rule.version_at(occasion.at)
        if version is None and not rule.is_live:
            continue
        found = _claim(rule, version, occasion, counted, book)
        if isinstance(found, Why):
            refused.append(Refused(rule=rule.code, why=found))
        else:
            claims.append(found)
    if tier := _tier_claim(occasion, counted, book):
        claims.append(tier)
    return claims, refused


def _claim(
    rule: RuleTerms,
    version: Version | None,
    occasion: Occasion,
    counted: Basket | None,
    book: Rulebook,
) -> Claim | Why:
    if occasion.member is None:
        return Why.ANONYMOUS
    if version is None or (rule.campaign and not rule.campaign.runs_at(occasion.at)):
        return Why.NOT_IN_PERIOD
    if why := conditions.why_not(version=version, occasion=occasion, zone=book.zone):
        return why
    # Both last, so that staff read who else would have had it.
    if not rule.audiences <= set(occasion.member.segments):
        return Why.OUTSIDE_AUDIENCE
    if rule.campaign and rule.campaign.code in occasion.member.held_out:
        return Why.HELD_OUT
    claim = Claim(
        rule=rule.code,
        name_fr=rule.name_fr,
        name_en=rule.name_en,
        wallet=version.terms.then.wallet or book.spending_wallet,
        terms=version.terms,
        rule_version=version.pk,
        campaign=rule.campaign,
    )
    return claim if counted is None else _covering(claim, version, occasion.member, counted)


def _covering(claim: Claim, version: Version, member: MemberFacts, counted: Basket) -> Claim | Why:
    """Return the claim with its lines, if it covers any."""
    lines = conditions.covered_lines(version=version, basket=counted)
    if not lines or (
        claim.is_for_buying and not conditions.net_cents(lines=lines, basket=counted)
    ):
        return Why.NO_COVERED_LINE
    least = claim.terms.when.minimum_quantity
    if least is not None and conditions.units(lines=lines) < least:
        return Why.BELOW_MINIMUM_QUANTITY
    basis = conditions.basis_cents(lines=lines, basket=counted)
    carried = member.carried.get(claim.rule, 0) if claim.carries else 0
    return replace(claim, lines=lines, basis_cents=basis, carried_cents=carried)


def _tier_claim(occasion: Occasion, basket: Basket | None, book: Rulebook) -> Claim | None:
    """Return the multiplier of the member's tier, over the whole basket."""
    member = occasion.member
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
