"""A member's movements of points as staff read them: with why, by whom, and the receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from loyalty.desk import people
from loyalty.identity.models import ApprovalState
from loyalty.ledger.models import Kind
from loyalty.programmes.rulebook import Rulebook
from members import statements
from members.explaining import Part
from members.models import Adjustment, Member, Purchase, Return
from members.statements import Movement
from rewards import explaining

_ROWS = 15


@dataclass(frozen=True)
class Told:
    """One movement in words. `points` moved the balance, `pending` what still waits."""

    words: str
    at: datetime
    points: int
    pending: int
    balance: int
    by: str
    parts: tuple[Part, ...]
    purchase: Purchase | None
    returned: Return | None
    last_day: date | None
    is_written: bool


@dataclass(frozen=True)
class Movements:
    """Some movements, newest first, and where those before them begin."""

    rows: tuple[Told, ...]
    older: str | None


def get_movements(
    *, member: Member, book: Rulebook, at: datetime, cursor: str | None
) -> Movements:
    """Return a page of what happened to a member's points. Raises pages.InvalidCursor."""
    statement = statements.get_statement(
        member=member,
        account=statements.get_account(member=member, book=book),
        at=at,
        book=book,
        flow=statements.Flow.BOOK,
        cursor=cursor,
        limit=_ROWS,
    )
    rewards = explaining.get_names(member=member, entry_ids=_spendings(statement.movements))
    actors = people.get_names(actors=[told.actor for told in statement.movements])
    agreed = _get_approvers(statement.movements)
    rows = (
        _told(
            told,
            book=book,
            reward=rewards.get(told.spending_id or 0, ""),
            by=_by(actors.get(told.actor, ""), agreed.get(told.reference, "")),
        )
        for told in statement.movements
    )
    return Movements(tuple(rows), statement.next_cursor)


def _spendings(movements: Iterable[Movement]) -> set[int]:
    return {told.spending_id for told in movements if told.spending_id is not None}


def _get_approvers(movements: Iterable[Movement]) -> dict[str, str]:
    """Return who else agreed to adjustments above somebody's limits: one statement, if any are."""
    asked = {told.reference for told in movements if told.kind == Kind.ADJUST}
    if not asked:
        return {}
    agreed = Adjustment.objects.filter(
        public_id__in=asked, approval__state=ApprovalState.APPROVED
    ).select_related("approval__decided_by")
    return {
        row.public_id: people.called(row.approval.decided_by) for row in agreed if row.approval
    }


def _by(asked: str, agreed: str) -> str:
    if not agreed:
        return asked
    return _("%(asked)s, approved by %(agreed)s") % {"asked": asked, "agreed": agreed}


def _told(told: Movement, *, book: Rulebook, reward: str, by: str) -> Told:
    end = told.usable_until
    return Told(
        words=told.in_words(reward=reward),
        at=told.occurred_at,
        points=told.points,
        pending=told.pending,
        balance=told.balance,
        by=by,
        parts=told.parts,
        purchase=told.purchase,
        returned=told.returned,
        last_day=book.last_day(end) if end else None,
        is_written=told.entry_id is not None,
    )
