"""Many accounts at once: imports and the sweep. The same planner, a few statements a chunk."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.core import engines
from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Draft, Grant, Note
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


def earn_many(
    *, earnings: Sequence[Earning], recorded_at: datetime, is_historic: bool = True
) -> list[Entry]:
    """Earn for many accounts, in the given order per account, in a few statements.

    Returns an entry per earning, in their order; a key that was seen before gives its first
    entry. Hand over some thousands at a time. Raises as `earn` does, and then nothing is kept.
    """
    accounts = locking.lock_accounts({earning.account_id for earning in earnings})
    asked = [_note(accounts[earning.account_id], earning) for earning in earnings]
    known = _get_known(earnings)
    drafts = _open_drafts(accounts, earnings, recorded_at)
    planned: dict[Place, tuple[int, Note]] = {}
    for earning, note in zip(earnings, asked, strict=True):
        place = (earning.account_id, earning.key)
        if place in known or place in planned:
            first = known[place].request_hash if place in known else planned[place][1].request_hash
            repeating.check_same(first, note)
        else:
            acting.must_be_open(accounts[earning.account_id])
            planned[place] = (_plan(drafts[earning.account_id], earning, note), note)
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
    accounts: dict[int, Account], earnings: Sequence[Earning], recorded_at: datetime
) -> dict[int, Draft]:
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for earning in earnings:
        first.setdefault(earning.account_id, earning.at)
        last[earning.account_id] = max(earning.at, last.get(earning.account_id, earning.at))
    books = {key: loading.as_book(account) for key, account in accounts.items()}
    loading.read_open_lots(
        book for key, book in books.items() if loading.is_due(accounts[key], at=last[key])
    )
    return {
        key: Draft(book, at=first[key], recorded_at=recorded_at) for key, book in books.items()
    }


def _plan(draft: Draft, earning: Earning, note: Note) -> int:
    draft.turn_to(earning.at)
    entry = verbs.plan_earn(
        draft, grants=earning.grants, asked=note, occurred_at=earning.occurred_at
    )
    return entry.number


class Sweep:
    """Settles all that is due at one moment, some accounts in each transaction."""

    def __init__(self, *, at: datetime, recorded_at: datetime | None = None) -> None:
        self._at, self._recorded_at = at, recorded_at
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
        booking.put(plans)


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
