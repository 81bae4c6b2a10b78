"""Whom a definition holds, once more and as plainly as can be. Shares no code."""

from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass
class Person:
    """All that is known of a member, as plain lists."""

    pk: int
    enrolled_on: date
    source: str = ""
    kind: str = "PERSON"
    tier: str = "-"
    is_member: bool = True
    # Day, cents, store, categories.
    receipts: list[tuple[date, int, str, tuple[str, ...]]] = field(default_factory=list)
    answers: list[tuple[str, bool]] = field(default_factory=list)
    points: int = 0
    outlook: tuple[float, int] | None = None
    score: str = ""


MAP = {
    5: ["new", "potential-loyalists", "potential-loyalists", "champions", "champions"],
    4: ["promising", "potential-loyalists", "potential-loyalists", "loyal", "loyal"],
    3: ["about-to-sleep", "about-to-sleep", "need-attention", "loyal", "loyal"],
    2: ["hibernating", "hibernating", "at-risk", "at-risk", "cannot-lose"],
    1: ["lost", "hibernating", "at-risk", "at-risk", "cannot-lose"],
}


def held(said, people, today):
    combine = all if said["match"] == "all" else any
    return sorted(
        one.pk
        for one in people
        if one.is_member and combine(holds(asked, one, today) for asked in said["conditions"])
    )


def holds(asked, one, today):
    return fits(asked, one, today) is not bool(asked.get("not"))


def fits(asked, one, today):
    value = value_of(asked, one, today)
    if "in" in asked:
        return bool(set(asked["in"]) & set(value))
    if value is None:
        return False
    if asked["fact"] == "enrolled":
        low, high = asked.get("since"), asked.get("until")
        return (not low or low <= value) and (not high or value <= high)
    low, high = asked.get("from"), asked.get("to")
    return (low is None or low <= value) and (high is None or value <= high)


def value_of(asked, one, today):
    bought = [r for r in one.receipts if r[0] >= since(asked.get("months"), today)]
    scores = [int(digit) for digit in one.score] or [None] * 3
    return {
        "rfm": lambda: [MAP[scores[0]][scores[1] - 1]] if one.score else [],
        "recency-score": lambda: scores[0],
        "frequency-score": lambda: scores[1],
        "monetary-score": lambda: scores[2],
        "recency": lambda: min(((today - r[0]).days for r in one.receipts), default=None),
        "receipts": lambda: len(bought),
        "revenue": lambda: sum(r[1] for r in bought),
        "category": lambda: opened(c for r in bought for c in r[3]),
        "store": lambda: [r[2] for r in bought],
        "alive": lambda: one.outlook and one.outlook[0] * 100,
        "expected": lambda: one.outlook and one.outlook[1],
        "points": lambda: one.points,
        "tier": lambda: [one.tier],
        "kind": lambda: [one.kind],
        "source": lambda: [one.source],
        "home-store": lambda: ["-"],
        "enrolled": one.enrolled_on.isoformat,
        "membership": lambda: (today - one.enrolled_on).days,
        "consent": lambda: [how for how, last in dict(one.answers).items() if last],
    }[asked["fact"]]()


def opened(categories):
    """A category is inside itself; an espresso is a coffee."""
    return {outer for c in categories for outer in ([c, "coffee"] if c == "espresso" else [c])}


def since(months, today):
    if months is None:
        return date.min
    first = today.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
