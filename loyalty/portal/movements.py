"""Movements of points as rows that a member reads, on the card and in the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.ledger.models import Kind
from loyalty.programmes.rulebook import Rulebook
from members import explaining as explaining_members
from members import sharing
from members.explaining import Part
from members.models import Member, Purchase, PurchaseLine, Return
from members.statements import Movement, Statement
from rewards import explaining

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One movement. `figure` is what the line says: the balance's change, or what still waits.

    `usable_from`, `last_day` and `waits_until` are business days; `where` is a store's name or
    nothing, `whose` the name of somebody else of the household; `waits_for` says in words until
    when points are pending that wait for an event.
    """

    number: int
    words: str
    at: datetime
    where: str
    whose: str
    figure: int
    is_waiting: bool
    balance: int
    pending: int
    parts: tuple[Part, ...]
    purchase: Purchase | None
    lines: tuple[PurchaseLine, ...]
    returned: Return | None
    usable_from: date | None
    last_day: date | None
    waits_for: str
    waits_until: date | None

    # Properties

    @property
    def has_more(self) -> bool:
        """Say whether there is something to open: why, a receipt, or until when it is good."""
        return bool(
            self.parts
            or self.purchase
            or self.returned
            or self.usable_from
            or self.last_day
            or self.waits_for
        )


def get_rows(*, statement: Statement, member: Member, book: Rulebook) -> tuple[Row, ...]:
    """Return a statement as rows, with the rewards' names. One statement more at most.

    In a household one more says who the others are.
    """
    told = statement.movements
    names = explaining.get_names(member=member, entry_ids=_spendings(told))
    others = sharing.get_first_names(
        public_ids={one.on_behalf_of for one in told} - {"", member.public_id}
    )
    return tuple(
        _row(
            one,
            reward=names.get(one.spending_id or 0, ""),
            whose=others.get(one.on_behalf_of, ""),
            book=book,
        )
        for one in told
    )


def _spendings(movements: Sequence[Movement]) -> set[int]:
    spent = (one.spending_id for one in movements if one.kind in {Kind.REDEEM, Kind.REFUND})
    return {entry for entry in spent if entry is not None}


def _row(told: Movement, *, reward: str, whose: str, book: Rulebook) -> Row:
    is_waiting = told.points == 0 and told.pending > 0
    happened = told.purchase or told.returned
    store = happened.store if happened else None
    end = told.usable_until
    return Row(
        number=told.number,
        words=told.in_words(reward=reward),
        # What was good until the end of a day expired on that day, as the card says.
        at=told.occurred_at - (_INSTANT if told.kind == Kind.EXPIRE else timedelta()),
        where=store.name if store else "",
        whose=whose,
        figure=told.pending if is_waiting else told.points,
        is_waiting=is_waiting,
        balance=told.balance,
        pending=told.pending,
        parts=told.parts,
        purchase=told.purchase,
        lines=told.lines,
        returned=told.returned,
        usable_from=book.business_day(told.usable_from) if told.usable_from else None,
        last_day=book.last_day(end) if end else None,
        waits_for=told.waits_for and explaining_members.until_event(event=told.waits_for),
        waits_until=book.last_day(told.waits_until) if told.waits_until else None,
    )
