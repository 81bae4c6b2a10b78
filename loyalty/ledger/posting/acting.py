"""What every verb does: answer a repeat, lock, read, decide, write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft, Idle, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.accounts import in_utc
from loyalty.ledger.posting import booking, locking, repeating

Plan = Callable[[Draft], PlannedEntry]


class InsufficientPoints(Refusal):
    """`available` and `required` say how far it is."""

    code = "insufficient-points"
    title = _("There are not enough points.")


class AccountMerged(Refusal):
    """What the account had is in another one, where its holder earns and spends now."""

    code = "account-merged"
    title = _("This account was merged into another one.")


class AccountClosed(Refusal):
    code = "account-closed"
    title = _("This account is closed.")


@dataclass(slots=True)
class Case:
    """A locked account on paper and, if it was merged, the one that has its points now."""

    account: Account
    draft: Draft
    survivor: Account | None = None
    heir: Draft | None = None
    # Accounts that stand alone and have had some of the points.
    others: Sequence[booking.Plan] = ()

    @property
    def is_closed(self) -> bool:
        """Say whether the holder has left for good, so that nothing moves any more."""
        return (self.survivor or self.account).closed_at is not None

    @property
    def plans(self) -> list[booking.Plan]:
        plans = [*self.others, (self.account, self.draft)]
        if self.survivor is not None and self.heir is not None:
            plans.append((self.survivor, self.heir))
        return plans

    def hand_on(self) -> None:
        """Let what is left in a merged account, and what it owes, go on to the survivor."""
        buckets = self.draft.book.buckets
        if self.heir is None or not any(
            buckets[name] for name in ("pending", "available", "debt")
        ):
            return
        note = Note(reason="merged")
        if self.is_closed:
            planning.close(self.draft, note=note)
        else:
            planning.merge(self.draft, self.heir, name=ids.new("tra"), note=note)


def must_be_open(account: Account) -> None:
    """Raise AccountMerged or AccountClosed where nothing is earned or spent any more."""
    if account.merged_into_id is not None:
        raise AccountMerged
    if account.closed_at is not None:
        raise AccountClosed


def post(
    account_id: int,
    asked: Note,
    plan: Plan,
    *,
    at: datetime,
    recorded_at: datetime | None,
    shown: Account | None = None,
    is_historic: bool = False,
    spends: int = 0,
    idle: Idle | None = None,
) -> Entry:
    """Do something new in an account that is open.

    `shown` is the caller's object: afterwards it says what was written.
    """
    locked = locking.find_held(account_id)
    if locked is None and (first := repeating.get_first(account_id, asked)):
        return first
    locked = locked or locking.hold(account_id)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(account_id, asked):
        return first
    must_be_open(locked)
    book = loading.open_book(locked, at=at, spends=spends)
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planned = plan(draft)
    planning.stir(draft, idle)
    written = booking.write([(locked, draft)], is_historic=is_historic)
    if shown is not None and shown is not locked:
        booking.show(shown, book)
    return next(entry for entry in written if entry.number == planned.number)


def answer_for(
    account_id: int,
    asked: Note,
    plan: Callable[[Case], PlannedEntry],
    *,
    at: datetime,
    recorded_at: datetime | None,
    parent: Entry | None = None,
    is_whole: bool = False,
    others: Sequence[Account] = (),
    idle: Idle | None = None,
) -> Entry:
    """Do something about an older entry of an account, even if that was merged since.

    What then remains in a merged account moves on to the survivor in the same transaction.
    """
    if locking.find_held(account_id) is None and (first := repeating.get_first(account_id, asked)):
        return first
    account, survivor = locking.hold_with_survivor(account_id)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(account_id, asked):
        return first
    case = open_case(
        account, survivor, at=at, recorded_at=recorded_at, is_whole=is_whole, others=others
    )
    planned = plan(case)
    case.hand_on()
    planning.stir(case.heir or case.draft, idle)
    written = booking.write(case.plans, parent=parent)
    return find_written(written, account, planned)


def open_case(
    account: Account,
    survivor: Account | None,
    *,
    at: datetime,
    recorded_at: datetime | None,
    is_whole: bool = False,
    others: Sequence[Account] = (),
) -> Case:
    """Read locked accounts for the planner, several of them whole and at one clock."""
    if survivor is None and not others:
        book = loading.open_book(account, at=at, is_whole=is_whole)
        return Case(account, Draft(book, at=at, recorded_at=recorded_at or at))
    accounts = [*others, account] if survivor is None else [*others, account, survivor]
    drafts = open_several(accounts, at=at, recorded_at=recorded_at)
    several = list(zip(others, drafts, strict=False))
    draft, heir = drafts[len(others)], drafts[-1] if survivor is not None else None
    return Case(account, draft, survivor, heir, several)


def open_two(
    one: Account, other: Account, *, at: datetime, recorded_at: datetime | None
) -> tuple[Draft, Draft]:
    """Read two locked accounts for the planner: whole, and at the clock of the later one."""
    first, second = open_several([one, other], at=at, recorded_at=recorded_at)
    return first, second


def open_several(
    accounts: Sequence[Account], *, at: datetime, recorded_at: datetime | None
) -> list[Draft]:
    """Read locked accounts for the planner: whole, and at the clock of the latest one."""
    clocks = [in_utc(at), *(account.last_at for account in accounts if account.last_at)]
    books = [loading.as_book(account) for account in accounts]
    loading.read_open_lots(books)
    return [Draft(book, at=max(clocks), recorded_at=recorded_at or at) for book in books]


def find_written(written: list[Entry], account: Account, planned: PlannedEntry) -> Entry:
    """Return the row of a planned entry."""
    place = (account.pk, planned.number)
    return next(entry for entry in written if (entry.account_id, entry.number) == place)


def spend(verb: Callable[[], PlannedEntry]) -> PlannedEntry:
    """Plan what draws on available points. Raises InsufficientPoints."""
    try:
        return verb()
    except NotEnough as refusal:
        raise InsufficientPoints(
            available=refusal.available, required=refusal.required
        ) from refusal
