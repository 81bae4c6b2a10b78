"""What happened to a member's points, one movement at a time, with why. Reads, writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from loyalty.core import pages
from loyalty.ledger import balances
from loyalty.ledger import models as ledger
from loyalty.ledger.models import NEVER, Account, Entry, Kind
from loyalty.ledger.planning import AWAY, PlannedEntry
from loyalty.programmes.rulebook import Rulebook
from members import explaining
from members.explaining import Part
from members.models import Member, MemberState, Purchase, PurchaseLine, Return


class Flow(StrEnum):
    """Which movements: all that a member is shown, some of them, or every entry of the book."""

    ALL = "all"
    EARNED = "earned"
    USED = "used"
    EXPIRED = "expired"
    BOOK = "book"


_FLOWS = {
    # What is owed counts as a negative balance: repaying it changes nothing that is shown.
    Flow.ALL: ~Q(kind=Kind.REPAY),
    Flow.EARNED: Q(kind__in=[Kind.EARN, Kind.ACTIVATE, Kind.TRANSFER_IN])
    | Q(kind=Kind.ADJUST, points__gt=0),
    Flow.USED: Q(
        kind__in=[Kind.REDEEM, Kind.REFUND, Kind.HOLD, Kind.CAPTURE, Kind.VOID, Kind.LAPSE]
    ),
    Flow.EXPIRED: Q(kind__in=[Kind.EXPIRE, Kind.CANCEL]),
    Flow.BOOK: Q(),
}
_DUE = {
    Flow.ALL: {Kind.LAPSE, Kind.ACTIVATE, Kind.CANCEL, Kind.EXPIRE},
    Flow.EARNED: {Kind.ACTIVATE},
    Flow.USED: {Kind.LAPSE},
    Flow.EXPIRED: {Kind.EXPIRE, Kind.CANCEL},
    Flow.BOOK: set(Kind),
}


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One entry as it is told. `points` is by how much the balance changed, signed.

    `pending` is by how much what waits changed: points earned and not yet available move it
    alone. `balance` is what could be spent afterwards, below zero what is owed. `entry_id` is
    None of what has fallen due and is not written down yet. `usable_from` is when what it gave
    becomes available, if later than itself; `usable_until` the instant at which it expires, None
    where it does not or where its parts differ. `waits_for` is an event, if some of it still
    waits for one, and `waits_until` the instant from which that is too late. `returned` is what
    came back, where that took points.
    """

    number: int
    entry_id: int | None
    parent_id: int | None
    kind: str
    points: int
    pending: int
    balance: int
    occurred_at: datetime
    recorded_at: datetime
    reason: str = ""
    reference: str = ""
    actor: str = ""
    parts: tuple[Part, ...] = ()
    purchase: Purchase | None = None
    lines: tuple[PurchaseLine, ...] = ()
    returned: Return | None = None
    key: str = ""
    on_behalf_of: str = ""
    usable_from: datetime | None = None
    usable_until: datetime | None = None
    waits_for: str = ""
    waits_until: datetime | None = None

    # Properties

    @property
    def spending_id(self) -> int | None:
        """Return the entry that spent, of a spending or of what came back of one."""
        return self.parent_id if self.kind == Kind.REFUND else self.entry_id

    def in_words(self, *, reward: str = "") -> str:
        """Say what it is in the reader's language; `reward` is the name of what it paid."""
        return explaining.in_words(
            kind=self.kind, reason=self.reason, parts=self.parts, reward=reward
        )


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Some movements, newest first, and the cursor of those before; None at the end."""

    movements: Sequence[Movement]
    next_cursor: str | None


def get_account(*, member: Member, book: Rulebook, wallet: str = "") -> Account | None:
    """Return the account a member spends from in a wallet, without a name that of the points.

    In a household it is the household's, in a statement more; a merged member keeps their own.
    """
    code = wallet or book.spending_wallet
    accounts = Account.objects.filter(holder=member.holder_id, wallet__code=code)
    account = accounts.select_related("wallet").first()
    if account is None or member.state == MemberState.MERGED:
        return account
    return balances.get_end(account=account)


def get_statement(
    *,
    member: Member,
    account: Account | None,
    at: datetime,
    book: Rulebook,
    flow: Flow = Flow.ALL,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 20,
    is_brief: bool = False,
    on_behalf_of: str = "",
) -> Statement:
    """Return at most `limit` movements of a member's account, newest first.

    What has fallen due and is not written down yet stands first, on the first page, beyond
    the limit. Four statements however many rows, one more where something is due; two when
    brief, which leaves out the receipt's lines and until when points are good. Of a shared
    account, of what was done on behalf of somebody alone, if told. Purchases are
    shown to the member who made them alone; what came back costs three more. Raises
    pages.InvalidCursor.
    """
    if account is None:
        return Statement(movements=(), next_cursor=None)
    rows = _entries(account, flow=flow, since=since, until=until)
    if on_behalf_of:
        mine = Q(on_behalf_of=on_behalf_of) | Q(parent__on_behalf_of=on_behalf_of)
        rows = rows.filter(mine)
    page = pages.read(rows=rows, by="number", cursor=cursor, size=limit)
    movements = [_movement(entry) for entry in page.rows]
    movements = _with_purchases(movements, member=member, wallet=account.wallet.code)
    if not is_brief:
        movements = _with_lots(_with_lines(movements), book=book)
        movements = _with_returns(movements, member=member)
    if cursor is None and not on_behalf_of:
        movements = [*_due(account, at=at, flow=flow, since=since, until=until), *movements]
    return Statement(movements=tuple(movements), next_cursor=page.next_cursor)


def _entries(
    account: Account, *, flow: Flow, since: datetime | None, until: datetime | None
) -> QuerySet[Entry]:
    before = Entry.objects.filter(account=OuterRef("account"), number=OuterRef("number") - 1)
    rows = Entry.objects.filter(_FLOWS[flow], account=account).annotate(
        shown_before=Subquery(before.values(shown=F("available_after") - F("debt_after"))),
        pending_before=Subquery(before.values("pending_after")),
    )
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    return rows if until is None else rows.filter(occurred_at__lt=until)


def _movement(entry: Entry) -> Movement:
    balance = entry.available_after - entry.debt_after
    return Movement(
        number=entry.number,
        entry_id=entry.pk,
        parent_id=entry.parent_id,
        kind=entry.kind,
        points=balance - (getattr(entry, "shown_before", 0) or 0),
        pending=entry.pending_after - (getattr(entry, "pending_before", 0) or 0),
        balance=balance,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        reason=entry.reason,
        reference=entry.reference,
        actor=entry.actor,
        key=entry.key or "",
        on_behalf_of=entry.on_behalf_of,
    )


def _due(
    account: Account, *, at: datetime, flow: Flow, since: datetime | None, until: datetime | None
) -> list[Movement]:
    """Return what settling now would write, newest first."""
    shown, pending = account.available - account.debt, account.pending
    due = []
    for entry in balances.get_due(account=account, at=at):
        told = _planned(entry, shown=shown, pending=pending)
        shown, pending = told.balance, entry.after[0]
        is_within = (since is None or since <= told.occurred_at) and (
            until is None or told.occurred_at < until
        )
        if is_within and told.kind in _DUE[flow]:
            due.append(told)
    return due[::-1]


def _planned(entry: PlannedEntry, *, shown: int, pending: int) -> Movement:
    waiting, available, _held, debt = entry.after
    return Movement(
        number=entry.number,
        entry_id=None,
        parent_id=None,
        kind=entry.kind,
        points=available - debt - shown,
        pending=waiting - pending,
        balance=available - debt,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
    )


def _with_purchases(
    movements: Iterable[Movement], *, member: Member, wallet: str
) -> list[Movement]:
    movements = list(movements)
    ids = {told.reference for told in movements if told.reason == explaining.PURCHASE}
    # Those of a merged member went to the survivor.
    buyers = [pk for pk in (member.pk, member.merged_into_id) if pk is not None]
    found = Purchase.objects.filter(public_id__in=ids, member__in=buyers).select_related("store")
    bought = {purchase.public_id: purchase for purchase in found}
    return [
        replace(
            told,
            purchase=bought[told.reference],
            parts=explaining.parts_of_award(bought[told.reference].award, wallet=wallet),
        )
        if told.reason == explaining.PURCHASE and told.reference in bought
        else told
        for told in movements
    ]


def _with_lines(movements: Sequence[Movement]) -> list[Movement]:
    ids = {told.purchase.pk for told in movements if told.purchase}
    lines: dict[int, list[PurchaseLine]] = defaultdict(list)
    for line in PurchaseLine.objects.filter(purchase__in=ids).order_by("purchase", "position"):
        lines[line.purchase_id].append(line)
    return [
        replace(told, lines=tuple(lines[told.purchase.pk])) if told.purchase else told
        for told in movements
    ]


def _with_returns(movements: Sequence[Movement], *, member: Member) -> list[Movement]:
    keys = {told.key for told in movements if told.kind == Kind.CLAWBACK and told.key}
    if not keys:
        return list(movements)
    found = Return.objects.filter(key__in=keys, purchase__member=member)
    told_of = found.select_related("purchase", "store").prefetch_related("lines__line")
    returns = {returned.key: returned for returned in told_of}
    return [replace(told, returned=returns.get(told.key)) for told in movements]


def _with_lots(movements: Sequence[Movement], *, book: Rulebook) -> list[Movement]:
    """Say from when and until when what was given is good, and which rules gave a bonus."""
    ids = [told.entry_id for told in movements if told.entry_id]
    issued = ledger.Movement.objects.filter(entry__in=ids, source=ledger.Bucket.ISSUED)
    moves: dict[int, list[ledger.Movement]] = defaultdict(list)
    for move in issued.select_related("lot").order_by("pk"):
        moves[move.entry_id].append(move)
    return [
        _with_life(told, moves[told.entry_id], book) if told.entry_id in moves else told
        for told in movements
    ]


def _with_life(told: Movement, moves: Sequence[ledger.Movement], book: Rulebook) -> Movement:
    lots = [move.lot for move in moves if move.lot]
    starts = [lot.available_at for lot in lots if lot.available_at != AWAY]
    later = [start for start in starts if start > told.occurred_at]
    waiting = [lot for lot in lots if lot.waits_for and lot.available_at == AWAY and lot.remaining]
    ends = {lot.expires_at for lot in lots}
    end = ends.pop() if len(ends) == 1 else NEVER
    return replace(
        told,
        parts=told.parts or explaining.parts_of_lots(moves, book=book),
        usable_from=min(later, default=None),
        usable_until=None if end == NEVER else end,
        waits_for=waiting[0].waits_for or "" if waiting else "",
        waits_until=waiting[0].cancels_at if waiting else None,
    )
