"""What was changed of who a member is: when, by whom, from what to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.desk import people
from loyalty.desk.audit import differences
from loyalty.desk.audit.differences import Difference
from members.models import Member

_ROWS = 12


@dataclass(frozen=True)
class Changed:
    """One change of a member's row, in words."""

    at: datetime
    by: str
    what: str
    differences: tuple[Difference, ...]


def get_changes(*, member: Member) -> Sequence[Changed]:
    """Return the last changes, newest first. Each is compared with the row before it."""
    kept = Member.history.filter(id=member.pk).select_related("history_user")
    rows = list(kept.order_by("-history_id")[: _ROWS + 1])
    befores = [*rows[1:], None][: len(rows)]
    names = differences.get_names(rows=[*rows])
    return [
        Changed(
            at=row.history_date,
            by=people.called(row.history_user),
            what=differences.what_of(row),
            differences=differences.between(before, row, names=names),
        )
        for row, before in list(zip(rows, befores, strict=True))[:_ROWS]
    ]
