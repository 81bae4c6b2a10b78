"""What a segment's definition says, read strictly out of JSON. Pure.

`{"match": "all", "conditions": [{"fact": "recency", "from": 0, "to": 30}, …]}`: a member is in
the segment when all conditions hold of them, or any. What is written is always the same for the
same definition, so that two versions can be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from analytics.periods import EARLIEST, LATEST
from analytics.segments.cells import Cell
from loyalty.programmes import shapes
from loyalty.programmes.shapes import Fault, Malformed, Shape

MOST_CONDITIONS = 12
MOST_CODES = 100
MOST_MONTHS = 36
# Whoever has no tier, or no store.
NONE = "-"
_MOST = 1_000_000_000_000


class Match(StrEnum):
    ALL = "all"
    ANY = "any"


class Fact(StrEnum):
    """What is known of a member that a condition may ask about."""

    RFM = "rfm"
    RECENCY_SCORE = "recency-score"
    FREQUENCY_SCORE = "frequency-score"
    MONETARY_SCORE = "monetary-score"
    RECENCY = "recency"
    RECEIPTS = "receipts"
    REVENUE = "revenue"
    CATEGORY = "category"
    STORE = "store"
    ALIVE = "alive"
    EXPECTED = "expected"
    POINTS = "points"
    TIER = "tier"
    KIND = "kind"
    SOURCE = "source"
    HOME_STORE = "home-store"
    ENROLLED = "enrolled"
    MEMBERSHIP = "membership"
    CONSENT = "consent"


@dataclass(frozen=True)
class Bounds:
    """The least and the most that a number may be compared with."""

    least: int
    most: int


_SCORE, _DAYS = Bounds(1, 5), Bounds(0, 36_500)
# Numbers; revenue, expected revenue in cents, days, percent.
RANGES: Mapping[Fact, Bounds] = {
    Fact.RECENCY_SCORE: _SCORE,
    Fact.FREQUENCY_SCORE: _SCORE,
    Fact.MONETARY_SCORE: _SCORE,
    Fact.RECENCY: _DAYS,
    Fact.RECEIPTS: Bounds(0, _MOST),
    Fact.REVENUE: Bounds(-_MOST, _MOST),
    Fact.ALIVE: Bounds(0, 100),
    Fact.EXPECTED: Bounds(0, _MOST),
    Fact.POINTS: Bounds(0, _MOST),
    Fact.MEMBERSHIP: _DAYS,
}
# Lists; None where the codes are the programme's own.
CHOICES: Mapping[Fact, frozenset[str] | None] = {
    Fact.RFM: frozenset(Cell),
    Fact.CATEGORY: None,
    Fact.STORE: None,
    Fact.TIER: None,
    Fact.KIND: frozenset({"PERSON", "COMPANY"}),
    Fact.SOURCE: None,
    Fact.HOME_STORE: None,
    Fact.CONSENT: frozenset({"EMAIL", "SMS", "POST", "PHONE"}),
}
# What may be asked of the last months alone, the running one besides.
OVER_MONTHS = frozenset({Fact.RECEIPTS, Fact.REVENUE, Fact.CATEGORY, Fact.STORE})


@dataclass(frozen=True)
class Condition:
    """One thing asked of a member: a number between two, one of some codes, or a span of days."""

    fact: Fact
    is_not: bool = False
    least: int | None = None
    most: int | None = None
    codes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    months: int | None = None


@dataclass(frozen=True)
class Definition:
    """All conditions must hold, or any. There is at least one."""

    match: Match
    conditions: tuple[Condition, ...]


def read(value: object) -> Definition:
    """Return the definition that JSON says. Raises Malformed with every fault and its place."""
    if not isinstance(value, Mapping):
        raise Malformed([Fault("", "not-an-object")])
    top = Shape(value, [])
    match = top.choice("match", Match, default=Match.ALL)
    conditions = _read_conditions(top)
    top.close()
    if top.faults:
        raise Malformed(top.faults)
    return Definition(match, tuple(conditions))


def write(definition: Definition) -> dict[str, Any]:
    """Return what `read` understands, always written the same way."""
    conditions = [_written(condition) for condition in definition.conditions]
    return {"match": definition.match.value, "conditions": conditions}


def _read_conditions(top: Shape) -> list[Condition]:
    top.known.add("conditions")
    value = top.value.get("conditions", [])
    if not isinstance(value, list):
        top.refuse("conditions", "not-a-list")
        return []
    if not value:
        top.refuse("conditions", "needs-a-condition")
    if len(value) > MOST_CONDITIONS:
        top.refuse("conditions", "too-many")
        return []
    read = [_read_condition(top, place, one) for place, one in enumerate(value)]
    return [condition for condition in read if condition is not None]


def _read_condition(top: Shape, place: int, value: object) -> Condition | None:
    if not isinstance(value, Mapping):
        top.refuse(f"conditions/{place}", "not-an-object")
        return None
    shape = Shape(value, top.faults, f"/conditions/{place}")
    fact = _read_fact(shape)
    if fact is None:
        return None
    is_not = shape.yes("not")
    months = shape.whole("months", least=1, most=MOST_MONTHS) if fact in OVER_MONTHS else None
    said = _read_said(shape, fact)
    shape.close()
    return Condition(fact=fact, is_not=is_not, months=months, **said)


def _read_fact(shape: Shape) -> Fact | None:
    """Return what is asked about; without it, nothing else of a condition can be read."""
    shape.known.add("fact")
    if not shape.has("fact"):
        shape.refuse("fact", "missing")
        return None
    try:
        return Fact(shape.value["fact"])
    except ValueError:
        shape.refuse("fact", "unknown-choice")
        return None


def _read_said(shape: Shape, fact: Fact) -> dict[str, Any]:
    if bounds := RANGES.get(fact):
        return _read_range(shape, bounds)
    if fact in CHOICES:
        return {"codes": _read_codes(shape, CHOICES[fact])}
    since, until = _read_day(shape, "since"), _read_day(shape, "until")
    if not (shape.has("since") or shape.has("until")):
        shape.refuse("since", "needs-a-day")
    elif since and until and until < since:
        shape.refuse("until", "below-the-minimum")
    return {"since": since, "until": until}


def _read_day(shape: Shape, name: str) -> date | None:
    day = shape.day(name)
    if day is not None and not EARLIEST <= day <= LATEST:
        shape.refuse(name, "out-of-range")
    return day


def _read_range(shape: Shape, bounds: Bounds) -> dict[str, Any]:
    least = shape.whole("from", least=bounds.least, most=bounds.most)
    most = shape.whole("to", least=bounds.least, most=bounds.most)
    if not (shape.has("from") or shape.has("to")):
        shape.refuse("from", "needs-a-bound")
    elif least is not None and most is not None and most < least:
        shape.refuse("to", "below-the-minimum")
    return {"least": least, "most": most}


def _read_codes(shape: Shape, known: frozenset[str] | None) -> tuple[str, ...]:
    codes = shape.texts("in", pattern=shapes.WORDS)
    if not codes and not shape.value.get("in"):
        shape.refuse("in", "needs-a-choice")
    if len(codes) > MOST_CODES:
        shape.refuse("in", "too-many")
    if known is not None and set(codes) - known:
        shape.refuse("in", "unknown-choice")
    return codes


def _written(condition: Condition) -> dict[str, Any]:
    said: dict[str, Any] = {
        "fact": condition.fact.value,
        "not": condition.is_not or None,
        "from": condition.least,
        "to": condition.most,
        "in": list(condition.codes) or None,
        "since": condition.since and condition.since.isoformat(),
        "until": condition.until and condition.until.isoformat(),
        "months": condition.months,
    }
    return {name: value for name, value in said.items() if value is not None}
