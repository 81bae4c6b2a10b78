"""The engine: an occasion and a rulebook in, an award out. Pure, and always the same.

Base before multiplier, multiplier before fixed bonus. A rule rounds once, on the sum of the
lines it covers; a multiplier multiplies the rounded base, then rounds: 19.99 at 1 per unit,
twice, gives 38. On a line at most one multiplier applies, the one that gives most, unless the
programme says that they add; a tier's multiplier is one of them.
"""

from datetime import timedelta

from loyalty.ledger.planning import AWAY, NEVER, Grant, Wait
from loyalty.programmes import basing, claims, expiring, stacking
from loyalty.programmes.awards import Award, AwardLine, Pending, Refused, Why, merge
from loyalty.programmes.claims import Claim
from loyalty.programmes.expiring import Expiry
from loyalty.programmes.occasions import Basket, Line, MemberFacts, Occasion
from loyalty.programmes.rationing import Rations
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event, Gift, give_of

__all__ = [
    "Award", "AwardLine", "Basket", "Event", "Line", "MemberFacts", "Occasion", "Refused",
    "Rulebook", "Why", "evaluate",
]  # fmt: skip


def evaluate(*, occasion: Occasion, book: Rulebook) -> Award:
    """Return what an occasion gives, rule by rule, and why the other rules gave nothing.

    It reads nothing else: the same occasion and the same book always give the same award.
    """
    basket = occasion.basket
    counted = basing.counted(basket=basket, book=book) if basket else None
    holding, refused = claims.gather(occasion=occasion, counted=counted, book=book)
    rations = Rations(occasion, book)
    bases = rations.draw(
        stacking.base(claims=holding, rounding=book.rounding, rations=rations, refused=refused),
        refused,
    )
    extras = rations.draw(
        stacking.multiplied(
            claims=holding,
            bases=bases,
            basket=counted,
            rounding=book.rounding,
            multipliers=book.multipliers,
            rations=rations,
            refused=refused,
        ),
        refused,
    )
    bonuses = rations.draw(
        stacking.bonuses(claims=holding, rations=rations, refused=refused), refused
    )
    gifts = stacking.gifts(claims=holding, rations=rations, refused=refused)
    given = [*bases, *extras, *bonuses]
    carried = stacking.carried_over(claims=holding, bases=bases, refused=refused)
    return Award(
        wallet=book.spending_wallet,
        rounding=book.rounding.value,
        lines=tuple(_line(claim, occasion, book) for claim in [*given, *gifts]),
        refused=tuple(refused),
        grants=merge([_grant(claim, occasion, book) for claim in given]),
        carried=tuple(carried),
    )


def _line(claim: Claim, occasion: Occasion, book: Rulebook) -> AwardLine:
    has_lines = occasion.basket is not None and bool(occasion.basket.lines)
    then = claim.terms.then
    last_day = occasion.day + timedelta(days=then.cancel_days or 0)
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
        gift=claim.effect if isinstance(claim.effect, Gift) else None,
        pending=Pending(then.pending_event, last_day) if then.pending_event else None,
    )


def _grant(claim: Claim, occasion: Occasion, book: Rulebook) -> Grant:
    """Return the points with their dates: as the rule says, else the tier, else the wallet."""
    wallet, then = book.wallet(claim.wallet), claim.terms.then
    expiry = then.expiry or _expiry_of_tier(claim, occasion, book) or wallet.expiry
    if then.pending_event:
        return _waiting(claim, occasion, book, expiry)
    pending = wallet.pending_days if then.pending_days is None else then.pending_days
    if then.pending_until is None:
        usable = expiring.available_at(at=occasion.at, pending_days=pending, zone=book.zone)
    else:
        usable = expiring.available_from(at=occasion.at, day=then.pending_until, zone=book.zone)
    return Grant(
        wallet=claim.wallet,
        points=claim.points,
        available_at=usable,
        expires_at=expiring.expires_at(available_at=usable, expiry=expiry, zone=book.zone),
        rule_version=claim.rule_version,
    )


def _waiting(claim: Claim, occasion: Occasion, book: Rulebook, expiry: Expiry) -> Grant:
    """Return points without dates, with what they wait for and how long they live then."""
    days = claim.terms.then.cancel_days or 0
    wait = Wait(
        event=claim.terms.then.pending_event,
        cancels_at=expiring.cancels_at(at=occasion.at, days=days, zone=book.zone),
        life=expiring.in_ledger(expiry=expiry),
    )
    return Grant(
        wallet=claim.wallet,
        points=claim.points,
        available_at=AWAY,
        expires_at=NEVER,
        rule_version=claim.rule_version,
        wait=wait,
    )


def _expiry_of_tier(claim: Claim, occasion: Occasion, book: Rulebook) -> Expiry | None:
    """Return how long points live for a member of this tier, of those that members spend."""
    tier = book.tier(occasion.member.tier) if occasion.member else None
    return tier.expiry if tier and claim.wallet == book.spending_wallet else None
