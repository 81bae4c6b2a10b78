"""Many accounts at once: imports and the sweep. The same planner, a few statements a chunk."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.core import engines
from loyalty.ledger import loading, planning
from loyalty.ledger.models import NEVER, Account, Entry
from loyalty.ledger.planning import Draft, Grant, Idle, Note
from loyalty.ledger.posting import acting, booking, locking, repeating, verbs

Place = tuple[int, str]


@dataclass(frozen=True)
class Earning:
    """One earn of an import, as `posting.earn` takes it."""

    account_id: int
    grants: Sequence[Grant]
    reference: str
    key: str
    at: datetime
    occurred_at: datetime | None = None
    actor: str = ""
    on_behalf_of: str = ""
    reason: str = ""
    idle: Idle | None = None


@dataclass(frozen=True)
class Activity:
    """Something that keeps an account awake and moves no points, as `posting.stir` takes it."""

    account_id: int
    idle: Idle
    at: datetime


def earn_many(
    *,
    earnings: Sequence[Earning],
    recorded_at: datetime,
    is_historic: bool = True,
    activities: Sequence[Activity] = (),
) -> list[Entry]:
    """Earn for many accounts, in the given order per account, in a few statements.

    `activities`, in order of time, take place before what is earned later. Returns an entry per
    earning, in their order; a key that was seen before gives its first entry. Hand over some
    thousands at a time. Raises as `earn` does, and then nothing is kept.
    """
    all_asked: list[Earning | Activity] = [*earnings, *activities]
    accounts = locking.lock_accounts({one.account_id for one in all_asked})
    asked = [_note(accounts[earning.account_id], earning) for earning in earnings]
    known = _get_known(earnings)
    drafts = _open_drafts(accounts, all_asked, recorded_at)
    awake = _Awake(drafts, activities)
    planned: dict[Place, tuple[int, Note]] = {}
    for earning, note in zip(earnings, asked, strict=True):
        place = (earning.account_id, earning.key)
        if place in known or place in planned:
            first = known[place].request_hash if place in known else planned[place][1].request_hash
            repeating.check_same(first, note)
        else:
            acting.must_be_open(accounts[earning.account_id])
            awake.stir(earning.account_id, until=earning.at)
            planned[place] = (_plan(drafts[earning.account_id], earning, note), note)
    awake.stir_all()
    plans = [(accounts[account], draft) for account, draft in drafts.items()]
    written = {
        (entry.account_id, entry.number): entry
        for entry in booking.write(plans, is_historic=is_historic)
    }
    made = {place: written[place[0], number] for place, (number, _note) in planned.items()}
    entries = known | made
    return [entries[earning.account_id, earning.key] for earning in earnings]


def _note(account: Account, earning: Earning) -> Note:
    return verbs.note_of_earn(
        account=account,
        grants=earning.grants,
        reference=earning.reference,
        key=earning.key,
        actor=earning.actor,
        on_behalf_of=earning.on_behalf_of,
        reason=earning.reason,
    )


def _get_known(earnings: Sequence[Earning]) -> dict[Place, Entry]:
    if not earnings:
        return {}
    marks = ", ".join("(%s, %s)" for _ in earnings)
    places = [part for earning in earnings for part in (earning.account_id, earning.key)]
    found = Entry.objects.raw(
        f"SELECT e.* FROM ledger_entry e JOIN (VALUES {marks}) AS v"
        " ON e.account_id = v.column1 AND e.key = v.column2",
        places,
    )
    return {(entry.account_id, str(entry.key)): entry for entry in found}


def _open_drafts(
    accounts: dict[int, Account], asked: Sequence[Earning | Activity], recorded_at: datetime
) -> dict[int, Draft]:
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    asleep: dict[int, datetime] = {}
    for one in asked:
        first.setdefault(one.account_id, one.at)
        last[one.account_id] = max(one.at, last.get(one.account_id, one.at))
        if one.idle is not None:
            until = min(one.idle.until, asleep.get(one.account_id, one.idle.until))
            asleep[one.account_id] = until
    books = {key: loading.as_book(account) for key, account in accounts.items()}
    loading.read_open_lots(
        book
        for key, book in books.items()
        # It may fall asleep between two of these, with lots of which nothing was due before.
        if loading.is_due(accounts[key], at=last[key]) or asleep.get(key, NEVER) <= last[key]
    )
    return {
        key: Draft(book, at=first[key], recorded_at=recorded_at) for key, book in books.items()
    }


class _Awake:
    """The activities among what is earned, each in its time."""

    def __init__(self, drafts: dict[int, Draft], activities: Sequence[Activity]) -> None:
        self._drafts = drafts
        self._left: dict[int, list[Activity]] = {}
        for activity in activities:
            self._left.setdefault(activity.account_id, []).append(activity)

    def stir(self, account: int, *, until: datetime) -> None:
        left = self._left.get(account, [])
        while left and left[0].at <= until:
            activity = left.pop(0)
            self._drafts[account].turn_to(activity.at)
            planning.stir(self._drafts[account], activity.idle)

    def stir_all(self) -> None:
        for account in self._left:
            self.stir(account, until=NEVER)


def _plan(draft: Draft, earning: Earning, note: Note) -> int:
    draft.turn_to(earning.at)
    entry = verbs.plan_earn(
        draft, grants=earning.grants, asked=note, occurred_at=earning.occurred_at
    )
    planning.stir(draft, earning.idle)
    return entry.number


class Sweep:
    """Settles all that is due at one moment, some accounts in each transaction."""

    def __init__(
        self, *, at: datetime, recorded_at: datetime | None = None, is_historic: bool = False
    ) -> None:
        self._at, self._recorded_at, self._is_historic = at, recorded_at, is_historic
        self._since: datetime | None = None

    def settle(self, *, limit: int) -> int:
        """Settle up to `limit` accounts that nobody else holds, those that come after the last.

        Returns how many; 0 says that nothing is left to do here. Those who hold the others settle
        them by the same rules.
        """
        settled = self._settle_since(limit)
        if not settled and self._since is not None:
            # Whoever was passed over may have let go by now.
            self._since = None
            settled = self._settle_since(limit)
        return settled

    def _settle_since(self, limit: int) -> int:
        with engines.unprepared():
            accounts = locking.lock_due(at=self._at, limit=limit, since=self._since)
            if accounts:
                self._since = accounts[-1].next_event_at
            merged = [account for account in accounts if account.merged_into_id is not None]
            alone = [account for account in accounts if account.merged_into_id is None]
            self._settle_alone(alone)
            settled = [_settle_merged(account, self._at, self._recorded_at) for account in merged]
        return len(alone) + sum(settled)

    def _settle_alone(self, accounts: Sequence[Account]) -> None:
        books = [loading.as_book(account) for account in accounts]
        loading.read_open_lots(books)
        plans = []
        for account, book in zip(accounts, books, strict=True):
            draft = Draft(book, at=self._at, recorded_at=self._recorded_at or self._at)
            planning.settle(draft)
            draft.close(has_acted=False)
            plans.append((account, draft))
        booking.put(plans, is_historic=self._is_historic)


def settle_due(*, at: datetime, limit: int = 1_000, recorded_at: datetime | None = None) -> int:
    """Settle up to `limit` accounts that are due and that nobody else holds at this moment.

    Returns how many; 0 says that nothing is left to do here.
    """
    return Sweep(at=at, recorded_at=recorded_at).settle(limit=limit)


def count_due(*, at: datetime, most: int) -> int:
    """Return how many accounts are due, as far as `most`."""
    return Account.objects.filter(next_event_at__lte=at)[:most].count()


def _settle_merged(account: Account, at: datetime, recorded_at: datetime | None) -> bool:
    """Settle an account whose points go on to another one, unless somebody holds that."""
    if locking.try_survivor(account) is None:
        return False
    verbs.settle(account=account, at=at, recorded_at=recorded_at)
    return True
