"""What rules with limits have given before an occasion, as values. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Used:
    """What one member had of a rule in one period: points, awards, and when the last was."""

    points: int = 0
    times: int = 0
    last_at: datetime | None = None

    def plus(self, *, points: int, at: datetime) -> "Used":
        """Return what it is after one more award. A late one does not turn the clock back."""
        return Used(
            points=self.points + points,
            times=self.times + 1,
            last_at=max(self.last_at or at, at),
        )


NOTHING = Used()


@dataclass(frozen=True, kw_only=True)
class Counters:
    """What was known before the occasion: `used` by (rule, period), `budgets` by rule.

    Kept with a purchase, so that its award can be explained, and given again in part.
    """

    used: Mapping[tuple[str, str], Used] = field(default_factory=dict)
    budgets: Mapping[str, int] = field(default_factory=dict)

    def of(self, *, rule: str, window: str) -> Used:
        return self.used.get((rule, window), NOTHING)

    def windows(self, *, rule: str) -> list[str]:
        """Return the periods in which a rule is counted."""
        return [window for code, window in self.used if code == rule]

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a purchase; nothing at all where nothing counts."""
        said: dict[str, Any] = {}
        if self.used:
            said["used"] = [
                {"rule": rule, "window": window, **_write(used)}
                for (rule, window), used in self.used.items()
            ]
        if self.budgets:
            said["budgets"] = dict(self.budgets)
        return said

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Counters":
        """Return counters as `as_json` wrote them."""
        rows: Iterable[Mapping[str, Any]] = value.get("used", ())
        return cls(
            used={(row["rule"], row["window"]): _read(row) for row in rows},
            budgets=dict(value.get("budgets", {})),
        )


def _write(used: Used) -> dict[str, Any]:
    last = {"last_at": used.last_at.isoformat()} if used.last_at else {}
    return {"points": used.points, "times": used.times, **last}


def _read(row: Mapping[str, Any]) -> Used:
    last = row.get("last_at")
    return Used(
        points=row["points"],
        times=row["times"],
        last_at=datetime.fromisoformat(last) if last else None,
    )
