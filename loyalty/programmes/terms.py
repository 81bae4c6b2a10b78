"""What a rule can say, and how it is written as JSON. Pure.

    {"when": {"event": "purchase", "categories": ["coffee"], "weekdays": [6, 7]},
     "then": {"give": "rate", "points": "1", "per_cents": 100, "pending_days": 14},
     "stacking": {"group": "base", "mode": "best"}}

Fields that say nothing are left out. A field nobody knows is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from loyalty.programmes import shapes
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.shapes import Fault, Malformed, Shape

MOST_POINTS = 10_000_000
MOST_CENTS = 10_000_000_000
MOST_DAYS = 36_500
MOST_MONTHS = 1_200
_OF_A_BASKET = (
    "minimum_basket_cents",
    "stores",
    "categories",
    "excluded_categories",
    "excluded_skus",
)


class Event(StrEnum):
    PURCHASE = "purchase"
    ENROLMENT = "enrolment"
    BIRTHDAY = "birthday"


class Stacking(StrEnum):
    """What a group of rules gives: all of them, the one that gives most, or the first."""

    SUM = "sum"
    BEST = "best"
    FIRST = "first"


class Give(StrEnum):
    RATE = "rate"
    MULTIPLIER = "multiplier"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True)
class When:
    """The conditions of a rule; all that are set must hold. Weekdays are ISO: Monday is 1."""

    event: Event = Event.PURCHASE
    minimum_basket_cents: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    weekdays: tuple[int, ...] = ()
    stores: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    excluded_skus: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    birthday_within_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Points per whole amount: `points` for every full `per_cents` of what is covered."""

    points: Decimal
    per_cents: int


@dataclass(frozen=True, kw_only=True)
class Multiplier:
    """The base, times a factor above 1."""

    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A number of points, once."""

    points: int


Effect = Rate | Multiplier | Fixed


@dataclass(frozen=True, kw_only=True)
class Then:
    """What a rule gives. What is not set is as the wallet's policy says."""

    effect: Effect
    wallet: str = ""
    pending_days: int | None = None
    expiry: Expiry | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """All that one version of a rule says."""

    then: Then
    when: When = field(default_factory=When)
    group: str = ""
    stacking: Stacking = Stacking.SUM


def read(value: object) -> Terms:
    """Return the terms that JSON says. Raises Malformed with every fault and its place."""
    if not isinstance(value, Mapping):
        raise Malformed([Fault("", "not-an-object")])
    top = Shape(value, [])
    when = _read_when(top.object("when"))
    then = _read_then(top.object("then"))
    group, stacking = _read_stacking(top.object("stacking"))
    top.close()
    if top.faults or then is None:
        raise Malformed(top.faults)
    if faults := _contradictions(when, then.effect):
        raise Malformed(faults)
    return Terms(when=when, then=then, group=group, stacking=stacking)


def _read_when(shape: Shape) -> When:
    when = When(
        event=shape.choice("event", Event, default=Event.PURCHASE),
        minimum_basket_cents=shape.whole("minimum_basket_cents", least=1, most=MOST_CENTS),
        from_day=shape.day("from_day"),
        to_day=shape.day("to_day"),
        weekdays=shape.weekdays("weekdays"),
        stores=shape.texts("stores", pattern=shapes.CODE),
        categories=shape.texts("categories", pattern=shapes.CODE),
        excluded_categories=shape.texts("excluded_categories", pattern=shapes.CODE),
        excluded_skus=shape.texts("excluded_skus", pattern=shapes.SKU),
        tiers=shape.texts("tiers", pattern=shapes.CODE),
        birthday_within_days=shape.whole("birthday_within_days", least=0, most=180),
    )
    if when.from_day and when.to_day and when.to_day < when.from_day:
        shape.refuse("to_day", "ends-before-it-starts")
    shape.close()
    return when


def _read_then(shape: Shape) -> Then | None:
    effect = _read_effect(shape)
    wallet = shape.text("wallet", pattern=shapes.CODE)
    pending_days = shape.whole("pending_days", least=0, most=3_650)
    expiry = _read_expiry(shape.object("expiry")) if shape.has("expiry") else None
    shape.close()
    if effect is None:
        return None
    return Then(effect=effect, wallet=wallet, pending_days=pending_days, expiry=expiry)


def _read_effect(shape: Shape) -> Effect | None:
    _require(shape, "give")
    before = len(shape.faults)
    give = shape.choice("give", Give, default=Give.RATE)
    if not shape.has("give") or len(shape.faults) > before:
        shape.known |= {"points", "per_cents", "factor"}
        return None
    match give:
        case Give.RATE:
            return _read_rate(shape)
        case Give.MULTIPLIER:
            _require(shape, "factor")
            factor = shape.exact("factor", above=Decimal(1), most=Decimal(1_000), places=4)
            return Multiplier(factor=factor) if factor else None
        case Give.FIXED:
            _require(shape, "points")
            points = shape.whole("points", least=1, most=MOST_POINTS)
            return Fixed(points=points) if points else None


def _read_rate(shape: Shape) -> Rate | None:
    _require(shape, "points", "per_cents")
    points = shape.exact("points", above=Decimal(0), most=Decimal(MOST_POINTS), places=4)
    per_cents = shape.whole("per_cents", least=1, most=MOST_CENTS)
    return Rate(points=points, per_cents=per_cents) if points and per_cents else None


def _require(shape: Shape, *names: str) -> None:
    for name in names:
        if not shape.has(name):
            shape.refuse(name, "missing")


def _read_expiry(shape: Shape) -> Expiry:
    kind = shape.choice("kind", ExpiryKind, default=ExpiryKind.NEVER)
    most = MOST_MONTHS if kind is ExpiryKind.MONTHS else MOST_DAYS
    count = shape.whole("count", least=1, most=most)
    round_up = shape.choice("round_up", RoundUpTo, default=RoundUpTo.DAY)
    if kind is ExpiryKind.NEVER and (shape.has("count") or shape.has("round_up")):
        shape.refuse("kind", "never-counts-nothing")
    elif kind is not ExpiryKind.NEVER:
        _require(shape, "count")
    shape.close()
    return Expiry(kind=kind, count=count or 0, round_up=round_up)


def _read_stacking(shape: Shape) -> tuple[str, Stacking]:
    group = shape.text("group", pattern=shapes.CODE)
    mode = shape.choice("mode", Stacking, default=Stacking.SUM)
    if not group and mode is not Stacking.SUM:
        shape.refuse("group", "missing")
    shape.close()
    return group, mode


def _contradictions(when: When, effect: Effect) -> list[Fault]:
    """Return what cannot be: an enrolment has no basket, a multiplier no base without one."""
    if when.event is Event.PURCHASE:
        return []
    names = (
        "minimum_basket_cents",
        "stores",
        "categories",
        "excluded_categories",
        "excluded_skus",
    )
    faults = [Fault(f"/when/{name}", "needs-a-purchase") for name in names if getattr(when, name)]
    if not isinstance(effect, Fixed):
        faults.append(Fault("/then/give", "needs-a-purchase"))
    return faults


def write(terms: Terms) -> dict[str, Any]:
    """Return terms as the JSON that `read` gives back unchanged."""
    when = {
        name: _plain(value)
        for name, value in vars(terms.when).items()
        if value is not None and value != () and value is not Event.PURCHASE
    }
    written: dict[str, Any] = {"then": _write_then(terms.then)}
    if when:
        written["when"] = when
    if terms.group:
        written["stacking"] = {"group": terms.group, "mode": terms.stacking.value}
    return written


def _write_then(then: Then) -> dict[str, Any]:
    written: dict[str, Any] = {"give": give_of(then.effect).value}
    written |= {name: _plain(value) for name, value in vars(then.effect).items()}
    if then.wallet:
        written["wallet"] = then.wallet
    if then.pending_days is not None:
        written["pending_days"] = then.pending_days
    if then.expiry is not None:
        written["expiry"] = _write_expiry(then.expiry)
    return written


def _write_expiry(expiry: Expiry) -> dict[str, Any]:
    if expiry.kind is ExpiryKind.NEVER:
        return {"kind": expiry.kind.value}
    return {name: _plain(value) for name, value in vars(expiry).items()}


def give_of(effect: Effect) -> Give:
    """Return the word for a sort of effect."""
    match effect:
        case Rate():
            return Give.RATE
        case Multiplier():
            return Give.MULTIPLIER
        case Fixed():
            return Give.FIXED


def _plain(value: object) -> object:
    match value:
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case Decimal():
            return format(value, "f")
        case _:
            return value
