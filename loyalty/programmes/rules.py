"""The engine: an occasion and a rulebook in, an award out. Pure, and always the same.

Base before multiplier, multiplier before fixed bonus. A rule rounds once, on the sum of the
lines it covers; a multiplier multiplies the rounded base, then rounds: 19.99 at 1 per unit,
twice, gives 38. On a line at most one multiplier applies, the one that gives most, unless the
programme says that they add; a tier's multiplier is one of them.
"""

from loyalty.ledger.planning import Grant
from loyalty.programmes import claims, expiring, stacking
from loyalty.programmes.awards import Award, AwardLine, Refused, Why, merge
from loyalty.programmes.claims import Claim
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event, give_of

__all__ = [
    "Award", "AwardLine", "Basket", "Event", "Line", "MemberFacts", "Occasion", "Refused",
    "Rulebook", "Why", "evaluate",
]  # fmt: skip


def evaluate(*, occasion: Occasion, book: Rulebook) -> Award:
    """Return what an occasion gives, rule by rule, and why the other rules gave nothing.

    It reads nothing else: the same occasion and the same book always give the same award.
    """
    holding, refused = claims.gather(occasion=occasion, book=book)
    bases = stacking.base(claims=holding, rounding=book.rounding, refused=refused)
    extras = stacking.multiplied(
        claims=holding,
        bases=bases,
        basket=occasion.basket,
        rounding=book.rounding,
        multipliers=book.multipliers,
        refused=refused,
    )
    bonuses = stacking.bonuses(claims=holding, refused=refused)
    given = [*bases, *extras, *bonuses]
    return Award(
        wallet=book.spending_wallet,
        rounding=book.rounding.value,
        lines=tuple(_line(claim, occasion.basket) for claim in given),
        refused=tuple(refused),
        grants=merge([_grant(claim, occasion, book) for claim in given]),
    )


def _line(claim: Claim, basket: Basket | None) -> AwardLine:
    has_lines = basket is not None and bool(basket.lines)
    return AwardLine(
        rule=claim.rule,
        name_fr=claim.name_fr,
        name_en=claim.name_en,
        effect=give_of(claim.effect).value,
        points=claim.points,
        wallet=claim.wallet,
        rule_version=claim.rule_version,
        positions=tuple(line.position for line in claim.lines) if has_lines else (),
        basis_cents=claim.basis_cents,
    )


def _grant(claim: Claim, occasion: Occasion, book: Rulebook) -> Grant:
    """Return the points with their dates: as the rule says, else as the wallet's policy does."""
    wallet, then = book.wallet(claim.wallet), claim.terms.then
    pending = wallet.pending_days if then.pending_days is None else then.pending_days
    usable = expiring.available_at(at=occasion.at, pending_days=pending, zone=book.zone)
    expiry = then.expiry or wallet.expiry
    return Grant(
        wallet=claim.wallet,
        points=claim.points,
        available_at=usable,
        expires_at=expiring.expires_at(available_at=usable, expiry=expiry, zone=book.zone),
        rule_version=claim.rule_version,
    )
