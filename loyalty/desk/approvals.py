"""What waits for another person, and what was decided: read for the page, row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from loyalty.desk import people, seeing
from loyalty.identity import approving, roles
from loyalty.identity.limiting import Allowance
from loyalty.identity.models import Approval, ApprovalState, User
from loyalty.identity.roles import Role
from loyalty.ledger import balances
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import allowing, owning, words
from members.models import Adjustment, AdjustmentReason

_MOST_WAITING = 100
_DECIDED = 20


class Verdict(StrEnum):
    """What the reader can do about a request, or why they cannot."""

    DECIDE = "decide"
    OWN_REQUEST = "own-request"
    OWN_CARD = "own-card"
    ABOVE_LIMIT = "above-limit"
    LOOK = "look"


@dataclass(frozen=True)
class Said:
    """A word that somebody wrote about a request."""

    by: str
    text: str


@dataclass(frozen=True)
class Request:
    """One adjustment that waits, or waited: who asks, for whom, how much, why, what came of it."""

    id: str
    asked_by: str
    asked_at: datetime
    lapses_at: datetime
    whom: str
    member: int | None
    points: int
    wallet: str
    reason: str
    said: Sequence[Said]
    balance: int | None
    allowance: Allowance | None
    verdict: Verdict
    state: str
    decided_by: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Page:
    """What waits, the oldest first, and what was decided, the newest first."""

    waiting: Sequence[Request]
    decided: Sequence[Request]
    older: int | None


def get_page(request: HttpRequest, *, user: User, at: datetime, before: int | None) -> Page:
    """Return what the reader may see of it, `before` a decided one's number. As many statements
    for two requests as for a hundred.
    """
    rows = _rows(request, user)
    waiting = rows.filter(approval__state=ApprovalState.WAITING, approval__lapses_at__gt=at)
    decided = rows.exclude(pk__in=waiting.values("pk")).order_by("-pk")
    if before is not None:
        decided = decided.filter(pk__lt=before)
    ended = list(decided[: _DECIDED + 1])
    return Page(
        waiting=_read(list(waiting.order_by("pk")[:_MOST_WAITING]), user=user, at=at),
        decided=_read(ended[:_DECIDED], user=user, at=at, is_over=True),
        older=ended[_DECIDED - 1].pk if len(ended) > _DECIDED else None,
    )


def get_request(
    request: HttpRequest, *, user: User, public_id: str, at: datetime
) -> tuple[Approval, Request] | None:
    """Return one that waits and that the reader may see, or None; absent and foreign are alike."""
    row = _rows(request, user).filter(approval__public_id=public_id).first()
    if row is None or row.approval is None:
        return None
    is_over = row.approval.state != ApprovalState.WAITING or row.approval.lapses_at <= at
    return row.approval, _read([row], user=user, at=at, is_over=is_over)[0]


def _rows(request: HttpRequest, user: User) -> QuerySet[Adjustment]:
    """Return requests about members whom the reader sees, and their own."""
    asked = Adjustment.objects.filter(approval__isnull=False)
    seen = seeing.rows_for(request, asked).values("pk")
    return (
        asked.filter(Q(pk__in=seen) | Q(requested_by=user))
        .with_details()
        .select_related("approval__decided_by")
        .prefetch_related("notes__written_by")
    )


def _read(
    rows: Sequence[Adjustment], *, user: User, at: datetime, is_over: bool = False
) -> list[Request]:
    if not rows:
        return []
    reader = _Reader.of(rows, user=user, at=at, is_over=is_over)
    return [reader.read(row) for row in rows]


@dataclass(frozen=True)
class _Reader:
    """All that rows have in common, asked for once."""

    user: User
    at: datetime
    book: Rulebook
    may_name: bool
    may_decide: bool
    own: Allowance | None
    allowances: Mapping[int, Allowance]
    balances: Mapping[int, Mapping[str, int]]

    @classmethod
    def of(
        cls, rows: Iterable[Adjustment], *, user: User, at: datetime, is_over: bool
    ) -> "_Reader":
        asking = {row.requested_by_id: row.requested_by for row in rows}
        holders = [] if is_over else [row.member.holder_id for row in rows]
        found = balances.get_balances(holder_ids=holders, at=at) if holders else {}
        is_limited = not is_over and Role.ADMINISTRATOR not in roles.get_roles(user)
        return cls(
            user=user,
            at=at,
            book=books.get_book(),
            may_name=user.has_perm("members.view_member"),
            may_decide=not is_over and user.has_perm(approving.DECIDES),
            own=allowing.get_approver_allowance(user=user, at=at) if is_limited else None,
            allowances={} if is_over else allowing.get_allowances(users=asking.values(), at=at),
            balances={
                holder: {code: balance.shown for code, balance in kept.items()}
                for holder, kept in found.items()
            },
        )

    def read(self, row: Adjustment) -> Request:
        approval = cast("Approval", row.approval)
        has_lapsed = approval.state == ApprovalState.WAITING and approval.lapses_at <= self.at
        return Request(
            id=approval.public_id,
            asked_by=people.called(row.requested_by),
            asked_at=row.requested_at,
            lapses_at=approval.lapses_at,
            whom=str(row.member) if self.may_name else row.member.public_id,
            member=row.member_id if self.may_name else None,
            points=row.points,
            wallet=words.of_wallet(row.wallet.code, book=self.book),
            reason=str(AdjustmentReason(row.reason).label),
            said=[Said(people.called(n.written_by), n.text) for n in row.notes.all()],
            balance=self.balances.get(row.member.holder_id, {}).get(row.wallet.code),
            allowance=self.allowances.get(row.requested_by_id),
            verdict=self._verdict(row),
            state=ApprovalState.LAPSED.value if has_lapsed else approval.state,
            decided_by=people.called(approval.decided_by),
            decided_at=approval.decided_at or (approval.lapses_at if has_lapsed else None),
        )

    def _verdict(self, row: Adjustment) -> Verdict:
        if row.requested_by_id == self.user.pk:
            return Verdict.OWN_REQUEST
        if not self.may_decide:
            return Verdict.LOOK
        if owning.is_own_card(member=row.member, user=self.user):
            return Verdict.OWN_CARD
        is_above = self.own is not None and not self.own.covers(abs(row.points))
        return Verdict.ABOVE_LIMIT if is_above else Verdict.DECIDE
