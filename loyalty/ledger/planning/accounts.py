"""An account on paper: its buckets, open lots and holds, and how a movement changes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
# From when a lot can be used that waits for an event: nobody knows yet.
AWAY = datetime(9998, 12, 31, tzinfo=UTC)

BUCKETS = ("issued", "pending", "available", "held", "redeemed", "expired", "removed", "debt")
# What a lot counts as its own: points that are held have left it.
_STOCK = frozenset({"pending", "available"})
# issued + debt = all the others: points that leave these two make them grow.
_SOURCES = frozenset({"issued", "debt"})


@dataclass(frozen=True, slots=True)
class Move:
    """Points of one lot (by its number in the account) from one bucket to another."""

    lot: int | None
    source: str
    destination: str
    points: int


@dataclass(frozen=True, slots=True)
class Wait:
    """What points wait for: an event by its code, until the instant from which it is too late.

    `life` says how long they live once it has come, in words that only the caller can read.
    """

    event: str
    cancels_at: datetime
    life: str


@dataclass(slots=True)
class Lot:
    """Points earned together. `row` is its key in the database, when it has one already.

    One with a `wait` has the dates `AWAY` and `NEVER` until its event has come.
    """

    number: int
    earned_at: datetime
    original: int
    remaining: int
    is_pending: bool
    available_at: datetime
    expires_at: datetime
    rule_version: int | None = None
    row: int | None = None
    # The lot these points were in before, as (account, number): in another account, or dead.
    came_from: tuple[int, int] | None = None
    wait: Wait | None = None

    @property
    def cancels_at(self) -> datetime:
        """Return the instant from which it is too late for the event that it waits for."""
        return self.wait.cancels_at if self.wait and self.is_pending else NEVER

    def ends_at(self, inactive_at: datetime | None) -> datetime:
        """Return the instant from which it is dead: its own, or the account's inactivity."""
        if inactive_at is not None and inactive_at < self.expires_at:
            return inactive_at
        return self.expires_at

    def next_event_at(self, inactive_at: datetime | None) -> datetime:
        """Return when it becomes available or dies, whichever is next."""
        ends_at = self.ends_at(inactive_at)
        return min(self.available_at, self.cancels_at, ends_at) if self.is_pending else ends_at


def given_back(lot: Lot) -> tuple[bool, datetime, int]:
    """Return what puts lots of one earn in the order in which they are taken back.

    Those that wait go first, since nobody could use them yet; then what dies first.
    """
    return (not lot.is_pending, lot.expires_at, lot.number)


@dataclass(frozen=True, slots=True)
class Hold:
    """Points set aside until `expires_at`. `number` is that of the entry that did it.

    `parts` are what was taken of which lot, in order of drawing.
    """

    number: int
    public_id: str
    expires_at: datetime
    parts: Sequence[tuple[int, int]]
    row: int | None = None

    @property
    def points(self) -> int:
        return sum(points for _lot, points in self.parts)


@dataclass(slots=True)
class Book:
    """One account, with as many of its open lots and holds as a decision needs.

    Lots and holds that are not here have no event before `unseen_at` (there are none at all when
    it is absent), and such lots come later in the order of spending than those that are.
    """

    account: int
    buckets: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    lots: dict[int, Lot] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    unseen_at: datetime | None = None
    entry_seq: int = 0
    lot_seq: int = 0
    last_hash: str = ""
    last_at: datetime | None = None
    next_event_at: datetime | None = None
    inactive_at: datetime | None = None

    def apply(self, move: Move) -> None:
        """Move points between buckets, and in or out of their lot."""
        buckets = self.buckets
        buckets[move.source] += move.points if move.source in _SOURCES else -move.points
        buckets[move.destination] += -move.points if move.destination == "debt" else move.points
        if move.lot is not None:
            self.lots[move.lot].remaining += lot_change(move)

    @property
    def has_stock(self) -> bool:
        return bool(self.buckets["pending"] or self.buckets["available"])

    def sleep_from(self, moment: datetime) -> None:
        """Fall asleep at a moment, with all lots, those that are not here too."""
        self.inactive_at = moment
        if self.unseen_at is not None and self.has_stock:
            self.unseen_at = min(self.unseen_at, moment)
        self.next_event_at = self.find_next_event()

    def stock_and_debt(self) -> tuple[int, int, int, int]:
        """Return what is pending, available, held and owed."""
        buckets = self.buckets
        return (buckets["pending"], buckets["available"], buckets["held"], buckets["debt"])

    def spendable(self) -> list[Lot]:
        """Return lots to draw from: earliest expiry first, then first come."""
        lots = (lot for lot in self.lots.values() if lot.remaining and not lot.is_pending)
        return sorted(lots, key=lambda lot: (lot.expires_at, lot.number))

    def find_next_event(self) -> datetime | None:
        """Return a moment before which no lot wakes or dies and no hold lapses; None: for ever."""
        moments = [
            lot.next_event_at(self.inactive_at) for lot in self.lots.values() if lot.remaining
        ]
        moments += [hold.expires_at for hold in self.holds.values()]
        if self.unseen_at is not None:
            moments.append(self.unseen_at)
        first = min(moments, default=NEVER)
        return None if first == NEVER else first


def lot_change(move: Move) -> int:
    """Return by how much a movement changes what is left in its lot."""
    gain = move.points if move.destination in _STOCK else 0
    return gain - (move.points if move.source in _STOCK else 0)


def in_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC: arithmetic and order on local time lie twice a year."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(UTC)
