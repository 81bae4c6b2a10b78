"""Which of the rules that hold give points, and how many. Pure.

Groups add up. Inside a group: all rules (`sum`), the one that gives most (`best`) or the first
by priority (`first`). Claims come in the order of priority, so that a tie goes to the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from loyalty.programmes import conditions
from loyalty.programmes.awards import Refused, Why
from loyalty.programmes.claims import Claim
from loyalty.programmes.occasions import Basket
from loyalty.programmes.rulebook import Multipliers, Rounding
from loyalty.programmes.terms import Effect, Fixed, Multiplier, Rate, Stacking

_MODES = {
    Rounding.FLOOR: ROUND_FLOOR,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.CEILING: ROUND_CEILING,
}


def round_points(*, exact: Decimal, rounding: Rounding) -> int:
    """Return whole points, rounded as the programme says."""
    return int(exact.to_integral_value(_MODES[rounding]))


def base(*, claims: Iterable[Claim], rounding: Rounding, refused: list[Refused]) -> list[Claim]:
    """Return the base rules that give points: full steps of the basis, times the rate.

    19.99 at 3 per 10.00 is one step: 3 points.
    """
    counted = []
    for claim in claims:
        if isinstance(claim.effect, Rate):
            points = _rate_points(claim.effect, claim.basis_cents, rounding)
            if points:
                counted.append(replace(claim, points=points))
            else:
                refused.append(Refused(rule=claim.rule, why=Why.BELOW_ONE_STEP))
    return _stack(counted, refused)


def bonuses(*, claims: Iterable[Claim], refused: list[Refused]) -> list[Claim]:
    """Return the rules that give a fixed number of points, stacked."""
    counted = [
        replace(claim, points=claim.effect.points)
        for claim in claims
        if isinstance(claim.effect, Fixed)
    ]
    return _stack(counted, refused)


def multiplied(
    *,
    claims: Iterable[Claim],
    bases: Sequence[Claim],
    basket: Basket | None,
    rounding: Rounding,
    multipliers: Multipliers,
    refused: list[Refused],
) -> list[Claim]:
    """Return the multipliers that apply, each with the points it adds to the base.

    The one that adds most comes first; a line that it covers takes no other, unless they add.
    """
    counted = []
    for claim in claims:
        if isinstance(claim.effect, Multiplier) and basket is not None:
            extra = _extra(claim, claim.effect.factor, bases, basket, rounding)
            if extra.points:
                counted.append(extra)
            else:
                refused.append(Refused(rule=claim.rule, why=Why.NO_BASE))
    if multipliers is Multipliers.ADD:
        return counted
    return _one_per_line(counted, refused)


def _rate_points(effect: Effect, basis_cents: int, rounding: Rounding) -> int:
    if not isinstance(effect, Rate):
        return 0
    steps = basis_cents // effect.per_cents
    return round_points(exact=effect.points * steps, rounding=rounding)


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
    claim: Claim, factor: Decimal, bases: Sequence[Claim], basket: Basket, rounding: Rounding
) -> Claim:
    """Return a multiplier with what it adds: round(base × factor) − base, on its own lines."""
    covered = {line.position for line in claim.lines}
    shares = [
        _share(given, covered, basket, rounding) for given in bases if given.wallet == claim.wallet
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


def _share(given: Claim, covered: set[int], basket: Basket, rounding: Rounding) -> Claim:
    """Return what a base rule gives on the lines that a multiplier covers."""
    lines = tuple(line for line in given.lines if line.position in covered)
    if len(lines) == len(given.lines):
        return given
    basis = min(conditions.basis_cents(lines=lines, basket=basket), given.basis_cents)
    points = _rate_points(given.effect, basis, rounding)
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
