"""What a rule gives, out of JSON. Pure."""

from decimal import Decimal

from loyalty.programmes import shapes
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.shapes import Shape
from loyalty.programmes.terms.limits import MOST_POINTS
from loyalty.programmes.terms.sayings import (
    TOLD,
    Effect,
    Event,
    Fixed,
    Gift,
    Give,
    Multiplier,
    PerUnit,
    Rate,
    Then,
)

MOST_CENTS = 10_000_000_000
MOST_DAYS = 36_500
MOST_MONTHS = 1_200
MOST_DATES = 24
_OF_A_VOUCHER = ("name_fr", "name_en", "value_cents", "days")
_PENDING = ("pending_days", "pending_until", "pending_event")
_OF_POINTS = ("wallet", *_PENDING, "cancel_days", "expiry")


def read_then(shape: Shape) -> Then | None:
    """Return what a rule gives, or None where its JSON says nothing that could be given."""
    effect = _read_effect(shape)
    wallet = shape.text("wallet", pattern=shapes.CODE)
    pending_days = shape.whole("pending_days", least=0, most=3_650)
    pending_until = shape.day("pending_until")
    pending_event, cancel_days = _read_wait(shape)
    for name in [name for name in _PENDING if shape.has(name)][1:]:
        shape.refuse(name, "one-of-two")
    expiry = read_expiry(shape.object("expiry")) if shape.has("expiry") else None
    if isinstance(effect, Gift):
        for name in _OF_POINTS:
            if shape.has(name):
                shape.refuse(name, "a-voucher-has-no-points")
    shape.close()
    if effect is None:
        return None
    return Then(
        effect=effect,
        wallet=wallet,
        pending_days=pending_days,
        pending_until=pending_until,
        pending_event=pending_event,
        cancel_days=cancel_days,
        expiry=expiry,
    )


def _read_wait(shape: Shape) -> tuple[str, int | None]:
    """Return the event that points wait for, one that others tell, and for how many days."""
    event = shape.text("pending_event", pattern=shapes.EVENT)
    days = shape.whole("cancel_days", least=1, most=3_650)
    if event in set(Event) - TOLD:
        shape.refuse("pending_event", "known-by-itself")
    if shape.has("pending_event"):
        require(shape, "cancel_days")
    elif shape.has("cancel_days"):
        shape.refuse("cancel_days", "needs-an-event")
    return event, days


def _read_effect(shape: Shape) -> Effect | None:
    require(shape, "give")
    before = len(shape.faults)
    give = shape.choice("give", Give, default=Give.RATE)
    if not shape.has("give") or len(shape.faults) > before:
        shape.known |= {"points", "per_cents", "factor", "carries", *_OF_A_VOUCHER}
        return None
    match give:
        case Give.RATE:
            return _read_rate(shape)
        case Give.PER_UNIT:
            require(shape, "points")
            each = shape.exact("points", above=Decimal(0), most=Decimal(MOST_POINTS), places=4)
            return PerUnit(points=each) if each else None
        case Give.MULTIPLIER:
            require(shape, "factor")
            factor = shape.exact("factor", above=Decimal(1), most=Decimal(1_000), places=4)
            return Multiplier(factor=factor) if factor else None
        case Give.FIXED:
            require(shape, "points")
            points = shape.whole("points", least=1, most=MOST_POINTS)
            return Fixed(points=points) if points else None
        case Give.VOUCHER:
            return _read_gift(shape)


def _read_rate(shape: Shape) -> Rate | None:
    require(shape, "points", "per_cents")
    points = shape.exact("points", above=Decimal(0), most=Decimal(MOST_POINTS), places=4)
    per_cents = shape.whole("per_cents", least=1, most=MOST_CENTS)
    carries = shape.yes("carries")
    if not (points and per_cents):
        return None
    return Rate(points=points, per_cents=per_cents, carries=carries)


def _read_gift(shape: Shape) -> Gift | None:
    require(shape, "name_fr", "name_en", "days")
    name_fr = shape.text("name_fr", pattern=shapes.NAME)
    name_en = shape.text("name_en", pattern=shapes.NAME)
    value_cents = shape.whole("value_cents", least=1, most=MOST_CENTS)
    days = shape.whole("days", least=1, most=MOST_DAYS)
    for name, said in (("name_fr", name_fr), ("name_en", name_en)):
        if shape.has(name) and not said:
            shape.refuse(name, "missing")
    if not (name_fr and name_en and days):
        return None
    return Gift(name_fr=name_fr, name_en=name_en, value_cents=value_cents, days=days)


def read_expiry(shape: Shape) -> Expiry:
    """Return how long points live."""
    kind = shape.choice("kind", ExpiryKind, default=ExpiryKind.NEVER)
    most = MOST_MONTHS if kind is ExpiryKind.MONTHS else MOST_DAYS
    count = shape.whole("count", least=1, most=most)
    round_up = shape.choice("round_up", RoundUpTo, default=RoundUpTo.DAY)
    dates = shape.texts("dates", pattern=shapes.MONTH_AND_DAY)
    counts = shape.has("count") or shape.has("round_up")
    if kind is ExpiryKind.NEVER and (counts or dates):
        shape.refuse("kind", "never-counts-nothing")
    elif kind is ExpiryKind.DATES and counts:
        shape.refuse("kind", "dates-count-nothing")
    elif kind is not ExpiryKind.DATES and dates:
        shape.refuse("dates", "needs-the-kind-dates")
    elif kind is ExpiryKind.DATES:
        require(shape, "dates")
        if len(dates) > MOST_DATES or (shape.has("dates") and not dates):
            shape.refuse("dates", "out-of-range")
    elif kind is not ExpiryKind.NEVER:
        require(shape, "count")
    shape.close()
    return Expiry(kind=kind, count=count or 0, round_up=round_up, dates=dates)


def require(shape: Shape, *names: str) -> None:
    """Refuse each of some fields that is not there."""
    for name in names:
        if not shape.has(name):
            shape.refuse(name, "missing")
