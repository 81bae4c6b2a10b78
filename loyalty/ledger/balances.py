"""What there is, at any moment, without writing: what is due and not yet settled is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from loyalty.ledger import families, folding, loading
from loyalty.ledger.models import Account
from loyalty.ledger.planning import NEVER, Book, Draft, PlannedEntry, settle


@dataclass(frozen=True)
class NextExpiry:
    """So many points die at this instant unless they are used before.

    `is_idle` says that an activity before would keep some of them longer.
    """

    points: int
    at: datetime
    is_idle: bool = False


@dataclass(frozen=True)
class Balance:
    """One account's points. What is owed is shown as a negative balance.

    At `inactive_at` whatever is left of them dies, unless an activity comes before.
    """

    available: int
    pending: int
    held: int
    debt: int
    next_expiry: NextExpiry | None
    inactive_at: datetime | None = None

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
    """Return the balances of holders by wallet code, as `get_balance`, in two statements.

    They are those of the accounts in which the holders spend: of one that ended in another
    the other's, in a statement more.
    """
    accounts = list(
        Account.objects.filter(holder__in=list(holder_ids)).select_related("wallet").order_by("id")
    )
    ends = _get_ends(accounts)
    spent = {end.pk: end for account in accounts for end in [ends.get(account.pk, account)]}
    books = {pk: loading.as_book(account) for pk, account in spent.items()}
    loading.read_expiring_lots(books.values(), at=at)
    shown = {pk: _balance(book, at) for pk, book in books.items()}
    balances: dict[int, dict[str, Balance]] = {}
    for account in accounts:
        end = ends.get(account.pk, account)
        balances.setdefault(account.holder_id, {})[account.wallet.code] = shown[end.pk]
    return balances


def get_end(*, account: Account) -> Account:
    """Return the account that has an account's points now: itself, unless it was merged."""
    return _get_ends([account]).get(account.pk, account)


def get_share(*, account: Account, earned_by: str, at: datetime) -> int:
    """Return with how many points a merged account would stand alone, were it unmerged now."""
    end = get_end(account=account)
    book = loading.as_book(end)
    loading.read_open_lots([book])
    settle(Draft(book, at=at, recorded_at=at))
    own = families.read_guests(of=account.pk, at=end.pk)
    own |= families.read_earned_by(whom=earned_by, at=end.pk)
    return sum(lot.remaining for lot in book.lots.values() if lot.number in own)


def _get_ends(accounts: Iterable[Account]) -> dict[int, Account]:
    """Return by account, of those that were merged, the one that has their points now."""
    ends = {account.pk: account for account in accounts if account.merged_into_id is not None}
    while after := {end.merged_into_id for end in ends.values() if end.merged_into_id is not None}:
        found = Account.objects.select_related("wallet").in_bulk(sorted(after))
        ends = {pk: found.get(end.merged_into_id or 0, end) for pk, end in ends.items()}
    return ends


def get_due(*, account: Account, at: datetime) -> list[PlannedEntry]:
    """Return the entries that settling at `at` would write, in order. One statement if any."""
    if not loading.is_due(account, at=at):
        return []
    book = loading.as_book(account)
    loading.read_open_lots([book])
    draft = Draft(book, at=at, recorded_at=at)
    settle(draft)
    return draft.entries


def _balance(book: Book, at: datetime) -> Balance:
    settle(Draft(book, at=at, recorded_at=at))
    buckets = book.buckets
    return Balance(
        available=buckets["available"],
        pending=buckets["pending"],
        held=buckets["held"],
        debt=buckets["debt"],
        next_expiry=_next_expiry(book),
        inactive_at=book.inactive_at if book.has_stock else None,
    )


def _next_expiry(book: Book) -> NextExpiry | None:
    ends = [(lot.ends_at(book.inactive_at), lot) for lot in book.spendable()]
    first = min((end for end, _lot in ends), default=NEVER)
    if first == NEVER:
        return None
    dying = [lot for end, lot in ends if end == first]
    points = sum(lot.remaining for lot in dying)
    return NextExpiry(points, first, is_idle=any(lot.expires_at > first for lot in dying))


def get_totals(*, at: datetime, wallet: str = "points") -> Totals:
    """Return the totals of a wallet at the close of a day that ends at `at`, by effect.

    What falls due at that instant has fallen due; what people do at it belongs to the next
    day. Settled or not makes no difference, nor does when it was booked.
    """
    return _totals(at=at, wallet=wallet, by="0").get(0, Totals(0, 0, 0, 0))


def get_outstanding(*, at: datetime, wallet: str = "points") -> dict[int, int]:
    """Return the outstanding points of every holder, by id, as `get_totals` counts them."""
    holders = Account.objects.filter(wallet__code=wallet).values_list("holder", flat=True)
    totals = _totals(at=at, wallet=wallet, by="a.holder_id")
    return {holder: totals[holder].outstanding if holder in totals else 0 for holder in holders}


def _totals(*, at: datetime, wallet: str, by: str) -> dict[int, Totals]:
    sums = folding.fold(at=at, by=by, condition="w.code = %s", parameters=[wallet])
    accounts = folding.is_planned(Account.objects.filter(wallet__code=wallet))
    for account, _entry, move in folding.due(accounts, at=at):
        subject = 0 if by == "0" else account.holder_id
        sums[subject].add(move.source, move.destination, move.points)
    return {
        subject: Totals(found.issued, found.redeemed, found.expired, found.removed)
        for subject, found in sums.items()
    }
