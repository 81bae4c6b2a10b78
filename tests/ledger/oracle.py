"""A second opinion on the ledger, without Django and without lots: every point is one object.

It is slow and plain on purpose. A point knows when it may be used, when it dies, which earn it
is of, and each bucket it has been in with the instant from which that counts. Points that are
owed are counted, since they are nobody's.
"""

from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, takewhile

from tests.ledger.point import (
    NEVER,
    Earned,
    Held,
    Point,
    Spent,
    Wait,
    first_to_die,
    first_to_give_back,
)
from tests.ledger.sleeper import Sleeper


class Oracle(Sleeper):
    """One account. `world` is the list of all of them."""

    merges = count(1)

    def __init__(self, world: list) -> None:
        self.world = world
        world.append(self)
        self.points: list[Point] = []
        self.spendings: dict[str, Spent] = {}
        self.earnings: dict[str, Earned] = {}
        self.holds: dict[str, Held] = {}
        # What moved without being a point: issued to pay a debt, removed on credit.
        self.on_credit: list[tuple[datetime, str, int]] = []
        self.debt = 0
        self.last_lot = 0
        self.clock: datetime | None = None
        self.merged_into: Oracle | None = None
        self.merge = 0
        self.is_closed = False

    # What it is asked to do

    def now(self, at: datetime) -> datetime:
        clocks = [one.clock for one in (self, self.survivor) if one.clock is not None]
        return max([at, *clocks])

    @property
    def survivor(self) -> "Oracle":
        return self if self.merged_into is None else self.merged_into.survivor

    @property
    def refuses(self) -> str:
        """Why nothing new can be done: the refusal's code, or nothing."""
        if self.merged_into is not None:
            return "account-merged"
        return "account-closed" if self.is_closed else ""

    def earn(
        self,
        name: str,
        grants,
        *,
        at: datetime,
        occurred_at: datetime | None = None,
        wait: Wait | None = None,
        idle=None,
    ) -> None:
        """`grants`: (points, available_at, expires_at, rule version)."""
        now = self.begin(self.now(at))
        effect = now if occurred_at is None else occurred_at
        alike: dict = {}
        for points, available_at, expires_at, rule in grants:
            kind = (available_at, expires_at, rule)
            alike[kind] = alike.get(kind, 0) + points
        for (available_at, expires_at, _rule), points in alike.items():
            self.last_lot += 1
            for _ in range(points):
                point = Point(self.last_lot, available_at, expires_at, name, wait=wait)
                point.go("pending" if available_at > effect else "available", at=effect)
                self.points.append(point)
        self.earnings[name] = Earned(sum(alike.values()))
        self.live_until(now, repays=False)
        self.repay(now)
        self.stir(idle, now=now)

    def can_draw(self, points: int, *, at: datetime) -> bool:
        foreseen = self.foresee()
        foreseen.live_until(foreseen.now(at))
        return foreseen.count("available") >= points

    def redeem(
        self, name: str, points: int, *, at: datetime, into: str = "redeemed", idle=None
    ) -> bool:
        if not self.can_draw(points, at=at):
            return False
        now = self.begin(self.now(at))
        drawn = self.draw(points, into=into, now=now)
        if into == "redeemed":
            self.spendings[name] = Spent(drawn)
        self.stir(idle, now=now)
        return True

    def hold(self, name: str, points: int, *, at: datetime, lasts: timedelta) -> bool:
        if not self.can_draw(points, at=at):
            return False
        now = self.begin(self.now(at))
        self.holds[name] = Held(self.draw(points, into="held", now=now), now + lasts)
        return True

    def end_hold(self, hold: str, name: str, points: int, *, at: datetime, idle=None) -> str:
        """Capture so many points, or void it with none. Returns the code of a refusal."""
        held, now = self.holds[hold], self.now(at)
        if held.state != "open" or held.ends_at <= now:
            return {"captured": "hold-already-captured", "voided": "hold-already-voided"}.get(
                held.state, "hold-expired"
            )
        if points > len(held.points):
            return "amount-exceeds-hold"
        self.begin(now)
        self.release(held, points, state="captured" if points else "voided", at=now)
        if points:
            self.spendings[name] = Spent(held.points[:points])
        self.repay(now)
        self.hand_on(now)
        self.survivor.stir(idle, now=now)
        return ""

    def refund(
        self, name: str, points: int, *, at: datetime, grace_days: int | None, idle=None
    ) -> bool:
        spent = self.spendings[name]
        if points > len(spent.points) - spent.returned:
            return False
        now = self.begin(self.now(at))
        last_first = spent.points[::-1][spent.returned : spent.returned + points]
        spent.returned += points
        if self.survivor.is_closed:
            return True
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
        self.repay(now)
        self.hand_on(now)
        self.survivor.stir(idle, now=now)
        return True

    def claw_back(self, name: str, points: int, *, at: datetime, allow_debt: bool) -> bool:
        earned = self.earnings[name]
        if points > earned.points - earned.taken:
            return False
        now = self.begin(self.now(at))
        earned.taken += points
        heir = self.survivor
        if heir.is_closed:
            return True
        most = None if allow_debt else 0
        if heir is not self:
            heir.live_until(now)
            theirs = sorted(heir.open_points(root=name), key=first_to_give_back)
            missing = min(points - len(self.open_points(root=name)), len(theirs))
            if missing > 0:
                heir.give(self, theirs[:missing], now=now)
            most = None if allow_debt else heir.count("available")
        own = sorted(self.open_points(root=name), key=first_to_give_back)[:points]
        for point in own:
            point.go("removed", at=now)
        points -= len(own)
        expired = sum(
            point.root == name for one in self.world for point in one.in_bucket("expired")
        )
        forgiven = min(points, expired - earned.forgiven)
        earned.forgiven += forgiven
        points -= forgiven
        points -= len(self.draw(min(points, self.count("available")), into="removed", now=now))
        self.owe(points if most is None else min(points, most), now=now)
        self.hand_on(now)
        return True

    def transfer(self, target: "Oracle", points: int | None, *, at: datetime) -> bool:
        now = max(self.now(at), target.now(at))
        if points is not None and not self.can_draw(points, at=now):
            return False
        self.begin(now)
        target.begin(now)
        drawn = self.open_points()
        if points is not None:
            drawn = sorted(self.in_bucket("available"), key=first_to_die)[:points]
        self.give(target, drawn, now=now)
        return True

    def merge_into(self, target: "Oracle", *, at: datetime) -> None:
        now = max(self.now(at), target.now(at))
        self.begin(now)
        target.begin(now)
        self.merged_into, self.merge = target, next(self.merges)
        self.give_all(now)

    def unmerge(self, *, at: datetime) -> None:
        now, heir = self.now(at), self.survivor
        self.begin(now)
        heir.begin(now)
        guests = [point for point in heir.open_points() if self.merge in point.merges]
        self.merged_into = None
        heir.give(self, sorted(guests, key=first_to_give_back), now=now)

    def end_wait(self, lots, *, at: datetime, steps: timedelta | None) -> bool:
        """Let what waits in some lots be used, each for so many `steps`; or cancel it (None)."""
        foreseen = self.foresee()
        foreseen.live_until(foreseen.now(at))
        if not any(point.lot in lots for point in foreseen.in_bucket("pending")):
            return False
        now = self.begin(self.now(at))
        for point in self.in_bucket("pending"):
            if point.lot in lots and steps is None:
                point.go("expired", at=now)
            elif point.lot in lots:
                count = point.wait.steps
                point.expires_at = NEVER if count is None else now + count * steps
                point.go("available", at=now)
        self.repay(now)
        return True

    def close(self, *, at: datetime) -> None:
        now = self.now(at)
        self.live_until(now)
        for held in self.open_holds():
            self.release(held, 0, state="voided", at=now)
            self.clock = now
        self.repay(now)
        for point in self.open_points():
            point.go("removed", at=now)
            self.clock = now
        self.is_closed = True

    # Parts of that

    def draw(self, points: int, *, into: str, now: datetime) -> list[Point]:
        drawn = sorted(self.in_bucket("available"), key=first_to_die)[:points]
        for point in drawn:
            point.go(into, at=now)
        return drawn

    def release(self, held: Held, captured: int, *, state: str, at: datetime) -> None:
        held.state = state
        for number, point in enumerate(held.points):
            back = "available" if self.end_of(point) > at else "expired"
            to = "redeemed" if number < captured else back
            point.go(to, at=at, by_itself=state == "lapsed")

    def repay(self, now: datetime) -> None:
        self.debt -= len(
            self.draw(min(self.debt, self.count("available")), into="repaid", now=now)
        )

    def owe(self, points: int, *, now: datetime) -> None:
        self.debt += points
        self.on_credit.append((now, "removed", points))

    def hand_on(self, now: datetime) -> None:
        if self.merged_into is None or not (self.open_points() or self.debt):
            return
        if self.survivor.is_closed:
            for point in self.open_points():
                point.go("removed", at=now)
        else:
            self.give_all(now)

    def give_all(self, now: datetime) -> None:
        target, owed = self.survivor, self.debt
        for point in self.open_points():
            point.merges |= {self.merge}
        self.on_credit.append((now, "issued", owed))
        self.debt = 0
        self.give(target, self.open_points(), now=now, owed=owed)

    def give(self, target: "Oracle", points: list[Point], *, now: datetime, owed: int = 0) -> None:
        target.begin(now)
        self.begin(now)
        lots: dict[int, int] = {}
        for point in points:
            if point.lot not in lots:
                target.last_lot += 1
                lots[point.lot] = target.last_lot
            arrived = copy(point)
            arrived.lot = lots[point.lot]
            arrived.history = [(now, point.bucket, False)]
            target.points.append(arrived)
            point.go("removed", at=now)
        target.owe(owed, now=now)
        target.repay(now)
        if points:
            target.sleep_as_late_as(self)

    # What happens by itself

    def begin(self, now: datetime) -> datetime:
        self.live_until(now)
        self.clock = now
        return now

    def live_until(self, now: datetime, *, repays: bool = True) -> None:
        """Let everything happen that is due, instant by instant; owed points are repaid."""
        while True:
            instant, rank = min(self.next_events(), default=(NEVER, 0))
            if self.has_slept_before(instant, now=now):
                self.sleeps_at = None
                continue
            if instant > now:
                return
            if rank == 0:
                for held in self.open_holds():
                    if held.ends_at == instant:
                        self.release(held, 0, state="lapsed", at=instant)
            for point in self.points:
                if (instant, rank) == self.next_event_of(point):
                    point.go("available" if rank == 1 else "expired", at=instant, by_itself=True)
            if repays:
                self.repay(instant)
            self.clock = instant if self.clock is None else max(self.clock, instant)

    def next_events(self) -> set[tuple[datetime, int]]:
        """At one instant holds lapse, then points wake, then are cancelled, then die."""
        events = {(held.ends_at, 0) for held in self.open_holds()}
        return events | {event for point in self.points if (event := self.next_event_of(point))}

    # What it can tell

    def foresee(self) -> "Oracle":
        """Return a twin of this account that can live on without it."""
        twin = copy(self)
        twins = {id(point): point.twin() for point in self.points}
        twin.points = list(twins.values())
        twin.holds = {
            name: replace(held, points=[twins[id(point)] for point in held.points])
            for name, held in self.holds.items()
        }
        twin.on_credit = list(self.on_credit)
        return twin

    def in_bucket(self, bucket: str) -> list[Point]:
        return [point for point in self.points if point.bucket == bucket]

    def open_points(self, *, root: str | None = None) -> list[Point]:
        """What is pending or available, lot by lot, or what of it is of one earn."""
        points = self.in_bucket("pending") + self.in_bucket("available")
        return sorted(
            (point for point in points if root in (None, point.root)), key=lambda p: p.lot
        )

    def open_holds(self) -> list[Held]:
        return [held for held in self.holds.values() if held.state == "open"]

    def count(self, bucket: str) -> int:
        points = len(self.points if bucket == "issued" else self.in_bucket(bucket))
        return points + sum(n for _at, name, n in self.on_credit if name == bucket)

    def left_by_lot(self) -> dict[int, int]:
        left: dict[int, int] = {}
        for point in self.open_points():
            left[point.lot] = left.get(point.lot, 0) + 1
        return left

    def at_close(self, moment: datetime) -> dict[str, int]:
        """Return how many points were in each bucket when a day ended at this moment."""
        foreseen = self.foresee()
        foreseen.live_until(moment)
        counts = {"issued": 0, "redeemed": 0, "expired": 0, "removed": 0}
        for point in foreseen.points:
            # Whatever follows what somebody did at that instant belongs to the next day.
            happened = takewhile(
                lambda step: step[0] < moment or (step[0] == moment and step[2]), point.history
            )
            seen = [bucket for _effect, bucket, _by_itself in happened]
            if seen:
                counts["issued"] += 1
                if seen[-1] in counts:
                    counts[seen[-1]] += 1
        for effect, bucket, points in self.on_credit:
            counts[bucket] += points if effect < moment else 0
        return counts
