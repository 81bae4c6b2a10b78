"""How much a rule gives at most: for one purchase, to one member, in all. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from loyalty.programmes.shapes import Shape

MOST_POINTS = 10_000_000
MOST_BUDGET = 1_000_000_000_000
MOST_TIMES = 1_000_000
MOST_HOURS = 87_600


class Surplus(StrEnum):
    """What becomes of more than a limit: it is cut off, or the rule gives nothing."""

    CUT = "cut"
    REFUSE = "refuse"


class Period(StrEnum):
    """How long a cap counts before it starts again: weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


def window(*, period: Period, day: date) -> str:
    """Return the name of the period in which a day falls: 2026-11-21, 2026-W47, 2026-11…"""
    match period:
        case Period.DAY:
            return day.isoformat()
        case Period.WEEK:
            return f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
        case Period.MONTH:
            return f"{day:%Y-%m}"
        case Period.YEAR:
            return f"{day:%Y}"
        case Period.EVER:
            return period.value


@dataclass(frozen=True, kw_only=True)
class Cap:
    """The most that one member gets of a rule in a period: points, awards, or both."""

    period: Period
    points: int | None = None
    times: int | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that a rule gives, and what becomes of more.

    For one purchase; to one member in a period; to everybody together, as points or as what
    they cost; and only so many hours after a member's last award.
    """

    per_purchase: int | None = None
    surplus: Surplus = Surplus.CUT
    per_member: tuple[Cap, ...] = ()
    budget_points: int | None = None
    budget_cents: int | None = None
    cooldown_hours: int | None = None

    # Properties

    @property
    def counts_members(self) -> bool:
        """Say whether what each member had before must be known."""
        return bool(self.per_member) or self.cooldown_hours is not None

    @property
    def has_budget(self) -> bool:
        return self.budget_points is not None or self.budget_cents is not None

    @property
    def is_counted(self) -> bool:
        return self.counts_members or self.has_budget

    def windows(self, day: date) -> Iterator[str]:
        """Yield the periods of a day that count, the whole past for a cool-down."""
        periods = {cap.period for cap in self.per_member}
        if self.cooldown_hours is not None:
            periods.add(Period.EVER)
        for period in Period:
            if period in periods:
                yield window(period=period, day=day)


def read_limits(shape: Shape) -> Limits:
    """Return the limits that JSON says; faults are the shape's."""
    limits = Limits(
        per_purchase=shape.whole("per_purchase", least=1, most=MOST_POINTS),
        surplus=shape.choice("surplus", Surplus, default=Surplus.CUT),
        per_member=tuple(_read_caps(shape.object("per_member"))),
        budget_points=shape.whole("budget_points", least=1, most=MOST_BUDGET),
        budget_cents=shape.whole("budget_cents", least=1, most=MOST_BUDGET),
        cooldown_hours=shape.whole("cooldown_hours", least=1, most=MOST_HOURS),
    )
    if shape.has("budget_points") and shape.has("budget_cents"):
        shape.refuse("budget_cents", "one-budget")
    if shape.has("surplus") and not _limits_points(shape):
        shape.refuse("per_purchase", "missing")
    shape.close()
    return limits


def _limits_points(shape: Shape) -> bool:
    return any(
        map(shape.has, ("per_purchase", "per_member", "budget_points", "budget_cents"))
    )  # fmt: skip


def _read_caps(shape: Shape) -> Iterator[Cap]:
    for period in Period:
        if not shape.has(period.value):
            continue
        said = shape.object(period.value)
        points = said.whole("points", least=1, most=MOST_POINTS)
        times = said.whole("times", least=1, most=MOST_TIMES)
        if not (said.has("points") or said.has("times")):
            said.refuse("", "missing")
        said.close()
        yield Cap(period=period, points=points, times=times)
    shape.close()


def write_limits(limits: Limits) -> dict[str, Any]:
    """Return limits as the JSON that `read_limits` gives back unchanged."""
    written: dict[str, Any] = {}
    for name in ("per_purchase", "budget_points", "budget_cents", "cooldown_hours"):
        if (most := getattr(limits, name)) is not None:
            written[name] = most
    if limits.surplus is not Surplus.CUT:
        written["surplus"] = limits.surplus.value
    if limits.per_member:
        written["per_member"] = {cap.period.value: _write_cap(cap) for cap in limits.per_member}
    return written


def _write_cap(cap: Cap) -> dict[str, int]:
    said = {"points": cap.points, "times": cap.times}
    return {name: most for name, most in said.items() if most is not None}
