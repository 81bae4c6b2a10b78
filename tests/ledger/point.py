"""What the second opinion counts: points one by one, and what was done with some of them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Wait:
    """An event, the instant from which it is too late, and how many steps points live then."""

    event: str
    cancels_at: datetime
    steps: int | None


@dataclass
class Point:
    lot: int
    available_at: datetime
    expires_at: datetime
    root: str
    merges: frozenset[int] = frozenset()
    wait: Wait | None = None
    history: list[tuple[datetime, str, bool]] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return self.history[-1][1]

    def go(self, bucket: str, *, at: datetime, by_itself: bool = False) -> None:
        self.history.append((at, bucket, by_itself))

    def twin(self) -> "Point":
        history = list(self.history)
        return replace(self, history=history)


@dataclass
class Spent:
    """Points of one spending in the order they were drawn, and how many came back."""

    points: list[Point]
    returned: int = 0


@dataclass
class Earned:
    points: int
    taken: int = 0
    forgiven: int = 0


@dataclass
class Held:
    points: list[Point]
    ends_at: datetime
    state: str = "open"


def first_to_die(point: Point) -> tuple[datetime, int]:
    return (point.expires_at, point.lot)


def first_to_give_back(point: Point) -> tuple[bool, datetime, int]:
    return (point.bucket != "pending", *first_to_die(point))
