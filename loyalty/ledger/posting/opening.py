"""Holders and their accounts come into being."""

from collections.abc import Iterable
from datetime import datetime

from loyalty.ledger.models import Account, Holder, Wallet
from loyalty.ledger.posting import locking


def open_holder(*, at: datetime, wallets: Iterable[str] = ("points",)) -> Holder:
    """Open a holder with one account per wallet code; a wallet not heard of yet is made."""
    return open_holders(count=1, at=at, wallets=wallets)[0]


def open_holders(
    *, count: int, at: datetime, wallets: Iterable[str] = ("points",)
) -> list[Holder]:
    """Open several holders, as `open_holder` does one, in a handful of statements."""
    locking.must_be_in_transaction()
    kinds = _get_wallets(list(wallets))
    holders = Holder.objects.bulk_create(
        [Holder(opened_at=at) for _ in range(count)], batch_size=1_000
    )
    accounts = [Account(holder=holder, wallet=wallet) for holder in holders for wallet in kinds]
    Account.objects.bulk_create(accounts, batch_size=1_000)
    return holders


def lock(holder: Holder | int, *, wallets: Iterable[str] = ()) -> dict[str, Account]:
    """Lock all accounts of a holder: wallet code → the account they earn and spend in, now.

    It is their own, or the one that theirs ended in, which is locked after it in a statement
    more. One of `wallets` that the programme has had only since they joined is opened first.
    """
    holder_id = holder if isinstance(holder, int) else holder.pk
    return lock_many([holder_id], wallets=wallets).get(holder_id, {})


def lock_many(
    holder_ids: Iterable[int], *, wallets: Iterable[str] = ()
) -> dict[int, dict[str, Account]]:
    """Lock all accounts of several holders, in order of account id, as `lock` does of one."""
    found = lock_own(holder_ids, wallets=wallets)
    ends = locking.hold_ends(
        account for accounts in found.values() for account in accounts.values()
    )
    return {
        holder: {code: ends.get(account.pk, account) for code, account in accounts.items()}
        for holder, accounts in found.items()
    }


def lock_own(
    holder_ids: Iterable[int], *, wallets: Iterable[str] = ()
) -> dict[int, dict[str, Account]]:
    """Lock as `lock_many`, and return the holders' own accounts, wherever these ended."""
    asked, codes = list(holder_ids), list(wallets)
    found = locking.lock_many(asked)
    missing = [(key, code) for key in asked for code in codes if code not in found.get(key, {})]
    if not missing:
        return found
    kinds = {
        wallet.code: wallet for wallet in _get_wallets(sorted({code for _key, code in missing}))
    }
    # Whoever held these holders a moment ago may have opened the same.
    accounts = [Account(holder_id=key, wallet=kinds[code]) for key, code in missing]
    Account.objects.bulk_create(accounts, batch_size=1_000, ignore_conflicts=True)
    return locking.lock_many(asked)


def _get_wallets(codes: list[str]) -> list[Wallet]:
    known = {wallet.code: wallet for wallet in Wallet.objects.filter(code__in=codes)}
    if missing := [code for code in codes if code not in known]:
        # Somebody else may be opening the first account of this wallet at this moment.
        Wallet.objects.bulk_create([Wallet(code=code) for code in missing], ignore_conflicts=True)
        known = {wallet.code: wallet for wallet in Wallet.objects.filter(code__in=codes)}
    return [known[code] for code in codes]
