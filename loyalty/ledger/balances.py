"""What there is, at any moment, without writing: what is due and not yet settled is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from loyalty.core import engines
from loyalty.ledger import loading
from loyalty.ledger.models import Account
from loyalty.ledger.planning import NEVER, Book, Draft, settle
from loyalty.ledger.planning.accounts import in_utc


@dataclass(frozen=True)
class NextExpiry:
    """So many points die at this instant unless they are used before."""

    points: int
    at: datetime


@dataclass(frozen=True)
class Balance:
    """One account's points. What is owed is shown as a negative balance."""

    available: int
    pending: int
    held: int
    debt: int
    next_expiry: NextExpiry | None

    @property
    def shown(self) -> int:
        return self.available - self.debt


@dataclass(frozen=True)
class Totals:
    """Points of one wallet since the beginning. What is outstanding is net of what is owed."""

    issued: int
    redeemed: int
    expired: int
    removed: int

    @property
    def outstanding(self) -> int:
        return self.issued - self.redeemed - self.expired - self.removed


def get_balance(*, account: Account, at: datetime) -> Balance:
    """Return an account's balance at `at`, or at its last booking if that is later."""
    book = loading.as_book(account)
    loading.read_expiring_lots([book], at=at)
    return _balance(book, at)


def get_balances(*, holder_ids: Iterable[int], at: datetime) -> dict[int, dict[str, Balance]]:
    """Return the balances of holders by wallet code, as `get_balance`, in two statements."""
    accounts = list(
        Account.objects.filter(holder__in=list(holder_ids)).select_related("wallet").order_by("id")
    )
    books = [loading.as_book(account) for account in accounts]
    loading.read_expiring_lots(books, at=at)
    balances: dict[int, dict[str, Balance]] = {}
    for account, book in zip(accounts, books, strict=True):
        balances.setdefault(account.holder_id, {})[account.wallet.code] = _balance(book, at)
    return balances


def _balance(book: Book, at: datetime) -> Balance:
    settle(Draft(book, at=at, recorded_at=at))
    buckets = book.buckets
    return Balance(
        available=buckets["available"],
        pending=buckets["pending"],
        held=buckets["held"],
        debt=buckets["debt"],
        next_expiry=_next_expiry(book),
    )


def _next_expiry(book: Book) -> NextExpiry | None:
    ends = [(lot.ends_at(book.inactive_at), lot.remaining) for lot in book.spendable()]
    first = min((end for end, _points in ends), default=NEVER)
    if first == NEVER:
        return None
    return NextExpiry(sum(points for end, points in ends if end == first), first)


def get_totals(*, at: datetime, wallet: str = "points") -> Totals:
    """Return the totals of a wallet at the close of a day that ends at `at`, by effect.

    What falls due at that instant has fallen due; what people do at it belongs to the next
    day. Settled or not makes no difference, nor does when it was booked.
    """
    return _fold(at=at, wallet=wallet, by="0").get(0, Totals(0, 0, 0, 0))


def get_outstanding(*, at: datetime, wallet: str = "points") -> dict[int, int]:
    """Return the outstanding points of every holder, by id, as `get_totals` counts them."""
    holders = Account.objects.filter(wallet__code=wallet).values_list("holder", flat=True)
    totals = _fold(at=at, wallet=wallet, by="a.holder_id")
    return {holder: totals[holder].outstanding if holder in totals else 0 for holder in holders}


def _fold(*, at: datetime, wallet: str, by: str) -> dict[int, Totals]:
    """Sum what was booked with an effect until `at`, then what is due by then and not booked."""
    close = engines.to_column(in_utc(at))
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED.format(by=by), [wallet, close, close])
        sums = {row[0]: [int(figure) for figure in row[1:]] for row in cursor.fetchall()}
        cursor.execute(_DUE.format(by=by), [wallet, close])
        due = dict(cursor.fetchall())
    for subject, points in _due_of_debtors(at=at, wallet=wallet):
        key = subject if by != "0" else 0
        due[key] = due.get(key, 0) + points
    for subject, points in due.items():
        sums[subject][2] += int(points)
    return {subject: Totals(*figures) for subject, figures in sums.items()}


_BOOKED = """
    SELECT {by},
        SUM(CASE WHEN m.source = 'issued' THEN m.points ELSE 0 END),
        SUM(CASE WHEN m.destination = 'redeemed' THEN m.points
                 WHEN m.source = 'redeemed' THEN -m.points ELSE 0 END),
        SUM(CASE WHEN m.destination = 'expired' THEN m.points ELSE 0 END),
        SUM(CASE WHEN m.destination = 'removed' THEN m.points ELSE 0 END)
    FROM ledger_movement m
    JOIN ledger_entry e ON e.id = m.entry_id
    JOIN ledger_account a ON a.id = m.account_id
    JOIN ledger_wallet w ON w.id = a.wallet_id
    WHERE w.code = %s
        AND (e.occurred_at < %s
            OR (e.occurred_at = %s AND e.kind IN ('LAPSE', 'ACTIVATE', 'EXPIRE')))
    GROUP BY 1
"""
# An account that owes may repay from a lot before it dies: that, the planner decides.
_DUE = """
    SELECT {by}, SUM(l.remaining)
    FROM ledger_lot l
    JOIN ledger_account a ON a.id = l.account_id
    JOIN ledger_wallet w ON w.id = a.wallet_id
    WHERE w.code = %s AND l.remaining > 0 AND a.debt = 0
        AND CASE WHEN a.inactive_at < l.expires_at THEN a.inactive_at ELSE l.expires_at END <= %s
    GROUP BY 1
"""


def _due_of_debtors(*, at: datetime, wallet: str) -> list[tuple[int, int]]:
    debtors = Account.objects.filter(wallet__code=wallet, debt__gt=0, next_event_at__lte=at)
    due = []
    for account in debtors:
        book = loading.as_book(account)
        loading.read_open_lots([book])
        before = book.buckets["expired"]
        # Not at its last booking, if that is later: by `at` no more than this had fallen due.
        book.last_at = None
        settle(Draft(book, at=at, recorded_at=at))
        due.append((account.holder_id, book.buckets["expired"] - before))
    return due
