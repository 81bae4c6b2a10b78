"""Locks on accounts: taken in order of id, in a statement of their own, and remembered.

A capability locks all accounts of a holder, decides, and then posts. The lock it took leaves
a proof among the transaction's commit hooks. Django drops it with the transaction, and with
the savepoint, in which it was taken: exactly when the database drops the lock, or takes back
what was written under it. A posting uses the account of the newest proof, and locks and reads
it again where there is none.
"""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from loyalty.core import engines
from loyalty.ledger.models import Account, Wallet

_FIELDS = [field.attname for field in Account._meta.concrete_fields]
_MOMENTS = [index for index, name in enumerate(_FIELDS) if name.endswith("_at")]
_SELECT = (
    f"SELECT {', '.join(f'a.{name}' for name in _FIELDS)}, w.code"
    " FROM ledger_account a JOIN ledger_wallet w ON w.id = a.wallet_id"
)
# An account and those it was merged into, one after the other.
_CHAIN = (
    "a.id IN (WITH RECURSIVE chain(id, after) AS ("
    "SELECT f.id, f.merged_into_id FROM ledger_account f WHERE f.id = %s"
    " UNION ALL SELECT n.id, n.merged_into_id FROM ledger_account n"
    " JOIN chain c ON n.id = c.after) SELECT id FROM chain)"
)


class Proof:
    """This transaction holds the locks of these accounts, and nothing changed them since."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts = {account.pk: account for account in accounts}

    def __call__(self) -> None:
        """Do nothing at commit."""


def lock_many(holder_ids: Iterable[int]) -> dict[int, dict[str, Account]]:
    """Lock all accounts of several holders, in order of account id."""
    condition, parameters = engines.any_of("a.holder_id", list(holder_ids))
    found: dict[int, dict[str, Account]] = {}
    for account in _select(condition, parameters):
        found.setdefault(account.holder_id, {})[account.wallet.code] = account
    return found


def lock_accounts(accounts: Iterable[int]) -> dict[int, Account]:
    """Lock accounts by id, in order of id."""
    condition, parameters = engines.any_of("a.id", list(accounts))
    return {account.pk: account for account in _select(condition, parameters)}


def lock_due(*, at: datetime, limit: int, since: datetime | None = None) -> list[Account]:
    """Lock the accounts that have waited longest for settlement and that nobody else holds.

    Those that have waited since before `since` are left out: an index still leads through what
    was settled a moment ago.
    """
    condition, moments = "a.next_event_at <= %s", [at]
    if since is not None:
        condition, moments = f"{condition} AND a.next_event_at >= %s", [at, since]
    return _select(
        condition,
        [engines.to_column(moment) for moment in moments],
        order=f"a.next_event_at, a.id LIMIT {int(limit)}",
        skip_locked=True,
    )


def lock_next(
    condition: str, parameters: Sequence[Any], *, after: int, limit: int
) -> list[Account]:
    """Lock the next accounts, in order of id past `after`, of which a condition is true."""
    return _select(
        f"{condition} AND a.id > %s", [*parameters, after], order=f"a.id LIMIT {int(limit)}"
    )


def hold(account_id: int) -> Account:
    """Return an account that is locked and as it is now."""
    return find_held(account_id) or lock_accounts([account_id])[account_id]


def hold_several(account_ids: Sequence[int]) -> dict[int, Account]:
    """Return accounts that are locked, in order of id, and as they are now."""
    held = {key: find_held(key) for key in account_ids}
    found = {key: account for key, account in held.items() if account is not None}
    return found if len(found) == len(held) else lock_accounts(account_ids)


def hold_with_survivor(account_id: int) -> tuple[Account, Account | None]:
    """Return a locked account and, if it was merged, the one that has its points now.

    They are locked in one statement, in order of id, unless the account was locked before.
    """
    account = find_held(account_id)
    if account is None:
        account = {found.pk: found for found in _select(_CHAIN, [account_id])}[account_id]
    survivor = None
    while (after := (survivor or account).merged_into_id) is not None:
        survivor = hold(after)
    return account, survivor


def hold_ends(accounts: Iterable[Account]) -> dict[int, Account]:
    """Return by account, of those that were merged, the locked one that has their points now.

    No statement where none was. Who shares one is locked before it, so that all wait in one order.
    """
    ends = {account.pk: account for account in accounts if account.merged_into_id is not None}
    while after := {end.merged_into_id for end in ends.values() if end.merged_into_id is not None}:
        held = hold_several(sorted(after))
        ends = {key: held.get(end.merged_into_id or 0, end) for key, end in ends.items()}
    return ends


def try_survivor(account: Account) -> Account | None:
    """Return the locked account that has a merged one's points now; None if it is held."""
    last = account
    while last.merged_into_id is not None:
        held = find_held(last.merged_into_id)
        if held is None:
            found = _select("a.id = %s", [last.merged_into_id], skip_locked=True)
            if not found:
                return None
            held = found[0]
        last = held
    return last


def find_held(account_id: int) -> Account | None:
    """Return the account if this transaction holds its lock and has its newest state at hand."""
    must_be_in_transaction()
    for hook in (commit[1] for commit in reversed(connection.run_on_commit)):
        if isinstance(hook, Proof) and account_id in hook.accounts:
            account = hook.accounts[account_id]
            # With a newer proof that is gone, what it was written for was rolled back.
            return account if account.proof is hook else None
    return None


def prove(accounts: Sequence[Account]) -> None:
    """Remember that these accounts are locked and as they are now."""
    proof = Proof(accounts)
    for account in accounts:
        account.proof = proof
    transaction.on_commit(proof)


def must_be_in_transaction() -> None:
    """Raise TransactionManagementError outside a transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Points move in the transaction of their cause.")


def _select(
    condition: str, parameters: list[Any], *, order: str = "a.id", skip_locked: bool = False
) -> list[Account]:
    must_be_in_transaction()
    lock_clause = engines.row_lock(of="a", skip_locked=skip_locked)
    with connection.cursor() as cursor:
        cursor.execute(f"{_SELECT} WHERE {condition} ORDER BY {order}{lock_clause}", parameters)
        accounts = [_read(row) for row in cursor.fetchall()]
    if accounts:
        prove(accounts)
    return accounts


def _read(row: Sequence[Any]) -> Account:
    values = list(row[:-1])
    for index in _MOMENTS:
        values[index] = engines.from_column(values[index])
    account = Account.from_db(connection.alias, _FIELDS, values)
    account.wallet = Wallet(pk=account.wallet_id, code=str(row[-1]))
    return account
