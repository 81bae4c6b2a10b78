"""A draft: entries that will be written together, numbered, balanced and hashed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.ledger.planning.accounts import Book, Hold, Lot, Move, Wait, in_utc
from loyalty.ledger.planning.sealing import describe_lot, describe_more, microseconds, seal


class NotEnough(Exception):
    """More points were asked for than there are. Nothing of the draft may be written."""

    def __init__(self, *, available: int, required: int) -> None:
        self.available = available
        self.required = required
        super().__init__(f"{available} of {required}")


@dataclass(frozen=True, slots=True)
class Note:
    """What an entry says of its cause: opaque ids and codes, never a name."""

    reference: str = ""
    key: str | None = None
    request_hash: str = ""
    actor: str = ""
    on_behalf_of: str = ""
    reason: str = ""


NO_NOTE = Note()


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a hold ended: CAPTURED, VOIDED or LAPSED, and how many of its points were used."""

    hold: Hold
    state: str
    captured: int = 0


@dataclass(frozen=True, slots=True)
class More:
    """What only some entries say besides.

    `transfer` is shared by the two entries of a transfer. `forgiven` points were to be taken
    back and had expired unused; `waived` ones were to be moved, and there was nobody to take
    them from or to give them to.
    """

    transfer: str | None = None
    forgiven: int | None = None
    waived: int | None = None
    opens: Hold | None = None
    closes: Resolution | None = None
    # Lots whose event has come, with the dates that they have since.
    wakes: Sequence[Lot] = ()


NOTHING_MORE = More()


@dataclass(slots=True)
class PlannedEntry:
    """An entry to write. `parent` is the number of an entry of the same account.

    `after`: what was pending, available, held and owed once it was booked.
    """

    number: int
    kind: str
    points: int
    parent: int | None
    note: Note
    occurred_at: datetime
    recorded_at: datetime
    after: tuple[int, int, int, int]
    previous_hash: str
    moves: Sequence[Move]
    opened: Sequence[Lot]
    more: More = NOTHING_MORE
    hash: str = ""


def describe_entry(
    *,
    account: int,
    number: int,
    kind: str,
    points: int,
    parent: int | None,
    note: Note,
    occurred_at: datetime,
    recorded_at: datetime,
    after: tuple[int, int, int, int],
) -> tuple[object, ...]:
    """Return an entry's content as its hash covers it. `after`: pending, available, held, debt."""
    return (
        account,
        number,
        kind,
        points,
        parent,
        note.reference,
        note.key,
        note.request_hash,
        note.actor,
        note.on_behalf_of,
        note.reason,
        microseconds(occurred_at),
        microseconds(recorded_at),
        *after,
    )


@dataclass(slots=True)
class Draft:
    """What is being decided for one account at one booking clock, which never runs backwards."""

    book: Book
    at: datetime
    recorded_at: datetime
    entries: list[PlannedEntry] = field(default_factory=list)
    touched: dict[int, Lot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recorded_at = in_utc(self.recorded_at)
        self.turn_to(self.at)

    @property
    def now(self) -> datetime:
        return self.at

    def turn_to(self, at: datetime) -> None:
        """Go on to a later moment; an earlier one leaves the clock where it was."""
        last_at = self.book.last_at
        at = in_utc(at)
        self.at = at if last_at is None or last_at < at else last_at

    def open_lot(self, lot: Lot) -> None:
        """Add an empty lot to the account; a move of the same entry fills it."""
        self.book.lot_seq = lot.number
        self.book.lots[lot.number] = lot

    def next_lot_number(self) -> int:
        return self.book.lot_seq + 1

    def enter(
        self,
        *,
        kind: str,
        points: int,
        moves: Sequence[Move],
        occurred_at: datetime,
        note: Note = NO_NOTE,
        opened: Sequence[Lot] = (),
        parent: int | None = None,
        more: More = NOTHING_MORE,
    ) -> PlannedEntry:
        """Book one entry: move its points, number it, chain it to the one before."""
        book = self.book
        for move in moves:
            book.apply(move)
            if move.lot is not None:
                self.touched[move.lot] = book.lots[move.lot]
        if more.opens is not None:
            book.holds[more.opens.number] = more.opens
        if more.closes is not None:
            del book.holds[more.closes.hold.number]
        book.entry_seq += 1
        entry = PlannedEntry(
            number=book.entry_seq,
            kind=kind,
            points=points,
            parent=parent,
            note=note,
            occurred_at=occurred_at,
            recorded_at=self.recorded_at,
            after=book.stock_and_debt(),
            previous_hash=book.last_hash,
            moves=moves,
            opened=opened,
            more=more,
        )
        entry.hash = book.last_hash = _seal(book.account, entry)
        self.entries.append(entry)
        return entry

    def close(self, *, has_acted: bool) -> None:
        """Set the account's clock and its next event. Settlement alone does not age it to now."""
        book = self.book
        if has_acted:
            book.last_at = self.now
        book.next_event_at = book.find_next_event()


def _seal(account: int, entry: PlannedEntry) -> str:
    content = describe_entry(
        account=account,
        number=entry.number,
        kind=entry.kind,
        points=entry.points,
        parent=entry.parent,
        note=entry.note,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        after=entry.after,
    )
    return seal(
        previous_hash=entry.previous_hash,
        content=content,
        moves=[(move.lot, move.source, move.destination, move.points) for move in entry.moves],
        lots=[_describe(lot) for lot in entry.opened],
        more=_describe_more(entry),
    )


def _describe_more(entry: PlannedEntry) -> list[object]:
    more, hold = entry.more, entry.more.opens
    origins = [(lot.number, *lot.came_from) for lot in entry.opened if lot.came_from]
    waits = [wait_of(lot.number, lot.wait) for lot in entry.opened if lot.wait]
    if more is NOTHING_MORE and not origins and not waits:
        return []
    return describe_more(
        transfer=more.transfer,
        forgiven=more.forgiven,
        waived=more.waived,
        opens=(hold.public_id, hold.points, hold.expires_at) if hold else None,
        closes=more.closes.hold.number if more.closes else None,
        origins=origins,
        waits=waits,
        wakes=[(lot.number, lot.available_at, lot.expires_at) for lot in more.wakes],
    )


def wait_of(number: int, wait: Wait) -> tuple[int, str, datetime, str]:
    """Return what a hash covers of what a lot waits for."""
    return (number, wait.event, wait.cancels_at, wait.life)


def _describe(lot: Lot) -> tuple[object, ...]:
    return describe_lot(
        number=lot.number,
        rule_version=lot.rule_version,
        earned_at=lot.earned_at,
        original=lot.original,
        available_at=lot.available_at,
        expires_at=lot.expires_at,
    )
