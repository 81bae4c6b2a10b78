"""What the second opinion knows of sleep: an account that nobody stirs loses all its points."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from loyalty.ledger.planning import Idle
from tests.ledger.point import NEVER, Point

STEP = timedelta(hours=12)
# For how many steps an account stays awake since, and whether its owner did something.
naps = st.sampled_from([None, None, None, (2, True), (9, True), (25, True), (9, False), (0, True)])


def idle(nap, since: datetime) -> Idle | None:
    return None if nap is None else Idle(since + nap[0] * STEP, resets=nap[1])


class Sleeper:
    sleeps_at: datetime | None = None

    def stir(self, idle, *, now: datetime) -> None:
        if idle is None or not (idle.resets or self.open_points()):
            return
        self.live_until(now)
        is_later = self.sleeps_at is None or (idle.resets and idle.until > self.sleeps_at)
        if idle.until > now and is_later:
            self.sleeps_at = idle.until

    def start_clock(self, until: datetime, *, at: datetime) -> None:
        is_sooner = self.sleeps_at is None or at < self.sleeps_at < until
        if is_sooner and (self.open_points() or self.in_bucket("held")):
            self.sleeps_at = until

    def stop_clock(self, *, at: datetime) -> None:
        if self.sleeps_at is not None and self.sleeps_at > at:
            self.sleeps_at = None

    def sleep_as_late_as(self, giver: "Sleeper") -> None:
        moments = [one.sleeps_at for one in (self, giver) if one.sleeps_at is not None]
        self.sleeps_at = max(moments, default=None)

    def has_slept_before(self, instant: datetime, *, now: datetime) -> bool:
        return self.sleeps_at is not None and self.sleeps_at <= now and self.sleeps_at < instant

    def end_of(self, point: Point) -> datetime:
        """The date of a point, or the moment at which its account falls asleep."""
        return min(point.expires_at, self.sleeps_at or NEVER)

    def next_event_of(self, point: Point) -> tuple[datetime, int] | None:
        # What was booked after its own end dies when it takes effect.
        dies_at = max(self.end_of(point), point.history[0][0])
        if point.bucket == "pending" and point.wait is not None:
            return min((point.wait.cancels_at, 2), (dies_at, 3))
        if point.bucket == "pending":
            return min((point.available_at, 1), (dies_at, 3))
        return (dies_at, 3) if point.bucket == "available" else None
