"""A second opinion on the ledger, without Django and without lots: every point is one object.

It is slow and plain on purpose. A point knows when it may be used, when it dies, and each
bucket it has been in with the instant from which that counts.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Point:
    lot: int
    available_at: datetime
    expires_at: datetime
    history: list[tuple[datetime, str, bool]] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return self.history[-1][1]

    def go(self, bucket: str, *, at: datetime, by_itself: bool = False) -> None:
        self.history.append((at, bucket, by_itself))


@dataclass
class Spent:
    """Points of one spending in the order they were drawn, and how many came back."""

    points: list[Point]
    returned: int = 0


class Oracle:
    """One account."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.spendings: dict[str, Spent] = {}
        self.last_lot = 0
        self.clock: datetime | None = None

    # What it is asked to do

    def now(self, at: datetime) -> datetime:
        return at if self.clock is None else max(at, self.clock)

    def earn(self, grants, *, at: datetime, occurred_at: datetime | None = None) -> None:
        """`grants`: (points, available_at, expires_at, rule version)."""
        now = self.begin(at)
        effect = now if occurred_at is None else occurred_at
        alike: dict = {}
        for count, available_at, expires_at, rule in grants:
            kind = (available_at, expires_at, rule)
            alike[kind] = alike.get(kind, 0) + count
        for (available_at, expires_at, _rule), count in alike.items():
            self.last_lot += 1
            for _ in range(count):
                point = Point(self.last_lot, available_at, expires_at)
                point.go("pending" if available_at > effect else "available", at=effect)
                self.points.append(point)
        self.live_until(now)

    def redeem(self, name: str, count: int, *, at: datetime, into: str = "redeemed") -> bool:
        now = self.now(at)
        foreseen = deepcopy(self)
        foreseen.live_until(now)
        if len(foreseen.in_bucket("available")) < count:
            return False
        self.begin(at)
        drawn = sorted(self.in_bucket("available"), key=lambda p: (p.expires_at, p.lot))[:count]
        for point in drawn:
            point.go(into, at=now)
        self.spendings[name] = Spent(drawn)
        return True

    def refund(self, name: str, count: int, *, at: datetime, grace_days: int | None) -> bool:
        spent = self.spendings[name]
        if count > len(spent.points) - spent.returned:
            return False
        now = self.begin(at)
        last_first = spent.points[::-1][spent.returned : spent.returned + count]
        spent.returned += count
        revived: dict[int, int] = {}
        for point in last_first:
            if point.expires_at > now:
                point.go("available", at=now)
            elif grace_days:
                if point.lot not in revived:
                    self.last_lot += 1
                    revived[point.lot] = self.last_lot
                point.lot = revived[point.lot]
                point.expires_at = now + timedelta(days=grace_days)
                point.go("available", at=now)
            else:
                point.go("expired", at=now)
        return True

    # What happens by itself

    def begin(self, at: datetime) -> datetime:
        self.clock = self.now(at)
        self.live_until(self.clock)
        return self.clock

    def live_until(self, now: datetime) -> None:
        for point in self.points:
            if point.bucket == "pending" and point.available_at <= now:
                self.happen(point, "available", at=point.available_at)
            if point.bucket in {"pending", "available"} and point.expires_at <= now:
                # A lot that was booked after its own end dies when it takes effect.
                dies_at = max(point.expires_at, point.history[0][0])
                self.happen(point, "expired", at=dies_at)

    def happen(self, point: Point, bucket: str, *, at: datetime) -> None:
        point.go(bucket, at=at, by_itself=True)
        self.clock = self.now(at)

    # What it can tell

    def in_bucket(self, bucket: str) -> list[Point]:
        return [point for point in self.points if point.bucket == bucket]

    def count(self, bucket: str) -> int:
        return len(self.in_bucket(bucket))

    def left_by_lot(self) -> dict[int, int]:
        left: dict[int, int] = {}
        for point in self.in_bucket("pending") + self.in_bucket("available"):
            left[point.lot] = left.get(point.lot, 0) + 1
        return left

    def at_close(self, moment: datetime) -> dict[str, int]:
        """Return how many points were in each bucket when a day ended at this moment."""
        foreseen = deepcopy(self)
        foreseen.live_until(moment)
        counts = {"issued": 0, "redeemed": 0, "expired": 0, "removed": 0}
        for point in foreseen.points:
            seen = [
                bucket
                for effect, bucket, by_itself in point.history
                if effect < moment or (effect == moment and by_itself)
            ]
            if seen:
                counts["issued"] += 1
                if seen[-1] in counts:
                    counts[seen[-1]] += 1
        return counts
