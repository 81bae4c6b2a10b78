"""Which of the rules that hold give points, and how many. Pure.

Groups add up. Inside a group: all rules (`sum`), the one that gives most (`best`) or the first
by priority (`first`). Claims come in the order of priority, so that a tie goes to the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from loyalty.programmes import conditions
from loyalty.programmes.awards import CarriedOver, Refused, Why
from loyalty.programmes.claims import Claim
from loyalty.programmes.occasions import Basket, Line
from loyalty.programmes.rationing import Rations
from loyalty.programmes.rulebook import Multipliers, Rounding
from loyalty.programmes.terms import (
    Effect,
    Fixed,
    Gift,
    Multiplier,
    PerUnit,
    Rate,
    Stacking,
)

_MODES = {
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.CEILING: ROUND_CEILING,
}


# What the base gives in a wallet on some lines, by their positions.
Shares = dict[tuple[str, frozenset[int]], list[Claim]]


def round_points(*, exact: Decimal, rounding: Rounding) -> int:
    """Return whole points, rounded as the programme says."""
    return int(exact.to_integral_value(_MODES[rounding]))


def base(
    *, claims: Iterable[Claim], rounding: Rounding, rations: Rations, refused: list[Refused]
) -> list[Claim]:
    """Return the base rules that give points: full steps of the basis, or units, times a rate.

    19.99 at 3 per 10.00 is one step: 3 points. Three coffees at 10 points each are 30.
    """
    counted = []
    for claim in claims:
        if isinstance(claim.effect, Rate | PerUnit):
            basis = claim.basis_cents + claim.carried_cents
            points = _base_points(claim.effect, claim.lines, basis, rounding)
            counted.append(replace(claim, points=points))
    return _stack(_within(counted, rations, Why.BELOW_ONE_STEP, refused), refused)


def carried_over(
    *, claims: Iterable[Claim], bases: Iterable[Claim], refused: Iterable[Refused]
) -> list[CarriedOver]:
    """Return what each rule that carries has left: 30 and then 20 are one whole step of 50.

    A rule that gave points keeps the rest below one step, one that gave none for want of a
    step keeps it all; one that another rule outdid, or that refused, is as it was before.
    """
    gave = {claim.rule for claim in bases}
    short = {one.rule for one in refused if one.why is Why.BELOW_ONE_STEP}
    found = []
    for claim in claims:
        if not (isinstance(claim.effect, Rate) and claim.carries):
            continue
        total = claim.carried_cents + claim.basis_cents
        if claim.rule in gave:
            total %= claim.effect.per_cents
        if claim.rule in gave | short and total != claim.carried_cents:
            found.append(
                CarriedOver(rule=claim.rule, before_cents=claim.carried_cents, after_cents=total)
            )
    return found


def bonuses(*, claims: Iterable[Claim], rations: Rations, refused: list[Refused]) -> list[Claim]:
    """Return the rules that give a fixed number of points, stacked."""
    counted = [
        replace(claim, points=claim.effect.points)
        for claim in claims
        if isinstance(claim.effect, Fixed)
    ]
    return _stack(_within(counted, rations, Why.BELOW_ONE_STEP, refused), refused)


def gifts(*, claims: Iterable[Claim], rations: Rations, refused: list[Refused]) -> list[Claim]:
    """Return the rules that give a voucher, stacked among themselves.

    Each counts as one while limits and groups are looked at, and as no points afterwards.
    """
    counted = [replace(claim, points=1) for claim in claims if isinstance(claim.effect, Gift)]
    kept = _stack(_within(counted, rations, Why.BELOW_ONE_STEP, refused), refused)
    return [replace(claim, points=0, wallet="") for claim in kept]


def _within(
    claims: Iterable[Claim], rations: Rations, nothing: Why, refused: list[Refused]
) -> list[Claim]:
    """Keep the claims that give points, each within its own limits; refuse the others."""
    kept = []
    for claim in claims:
        found = rations.fit(claim) if claim.points else nothing
        if isinstance(found, Why):
            refused.append(Refused(rule=claim.rule, why=found))
        else:
            kept.append(found)
    return kept


def multiplied(
    *,
    claims: Iterable[Claim],
    bases: Sequence[Claim],
    basket: Basket | None,
    rounding: Rounding,
    multipliers: Multipliers,
    rations: Rations,
    refused: list[Refused],
) -> list[Claim]:
    """Return the multipliers that apply, each with the points it adds to the base.

    The one that adds most comes first; a line that it covers takes no other, unless they add.
    """
    shares: Shares = {}
    extras = [
        _extra(claim, claim.effect.factor, bases, basket, rounding, known=shares)
        for claim in claims
        if isinstance(claim.effect, Multiplier) and basket is not None
    ]
    counted = _within(extras, rations, Why.NO_BASE, refused)
    if multipliers is Multipliers.ADD:
        return counted
    return _one_per_line(counted, refused)


def _base_points(
    effect: Effect, lines: tuple[Line, ...], basis_cents: int, rounding: Rounding
) -> int:
    match effect:
        case Rate():
            # Below zero is what was carried, of purchases that came back.
            exact = effect.points * (max(0, basis_cents) // effect.per_cents)
        case PerUnit():
            exact = effect.points * conditions.units(lines=lines)
        case _:
            exact = Decimal(0)
    return round_points(exact=exact, rounding=rounding)


def _stack(claims: Sequence[Claim], refused: list[Refused]) -> list[Claim]:
    """Keep, of each group, what its mode keeps; refuse the others."""
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.group, []).append(claim)
    kept = {id(claim) for group in groups.values() for claim in _kept(group)}
    for claim in claims:
        if id(claim) not in kept:
            is_best = groups[claim.group][0].stacking is Stacking.BEST
            why = Why.BETTER_RULE if is_best else Why.EARLIER_RULE
            refused.append(Refused(rule=claim.rule, why=why))
    return [claim for claim in claims if id(claim) in kept]


def _kept(group: list[Claim]) -> list[Claim]:
    match group[0].stacking:
        case Stacking.SUM:
            return group
        case Stacking.BEST:
            return [max(group, key=lambda claim: claim.points)]
        case Stacking.FIRST:
            return group[:1]


def _extra(
    claim: Claim,
    factor: Decimal,
    bases: Sequence[Claim],
    basket: Basket,
    rounding: Rounding,
    *,
    known: Shares,
) -> Claim:
    """Return a multiplier with what it adds: round(base × factor) − base, on its own lines."""
    covered = frozenset(line.position for line in claim.lines)
    # Multipliers of the same lines ask for the same shares.
    shares = known.get((claim.wallet, covered))
    if shares is None:
        shares = known[claim.wallet, covered] = [
            _share(given, covered, basket, rounding)
            for given in bases
            if given.wallet == claim.wallet
        ]
    base_points = sum(share.points for share in shares)
    positions = {line.position for share in shares for line in share.lines}
    lines = tuple(line for line in claim.lines if line.position in positions)
    return replace(
        claim,
        lines=lines,
        basis_cents=conditions.basis_cents(lines=lines, basket=basket),
        points=round_points(exact=factor * base_points, rounding=rounding) - base_points,
    )


def _share(given: Claim, covered: frozenset[int], basket: Basket, rounding: Rounding) -> Claim:
    """Return what a base rule gives on the lines that a multiplier covers."""
    lines = tuple(line for line in given.lines if line.position in covered)
    if len(lines) == len(given.lines):
        return given
    basis = min(conditions.basis_cents(lines=lines, basket=basket), given.basis_cents)
    points = min(_base_points(given.effect, lines, basis, rounding), given.points)
    return replace(given, lines=lines, basis_cents=basis, points=points)


def _one_per_line(claims: Sequence[Claim], refused: list[Refused]) -> list[Claim]:
    taken: dict[str, set[int]] = {}
    kept = []
    for claim in sorted(claims, key=lambda claim: -claim.points):
        positions = {line.position for line in claim.lines}
        busy = taken.setdefault(claim.wallet, set())
        if busy & positions:
            refused.append(Refused(rule=claim.rule, why=Why.BETTER_MULTIPLIER))
        else:
            busy |= positions
            kept.append(claim)
    return kept
