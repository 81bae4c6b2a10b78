"""Holders and their accounts come into being."""

from collections.abc import Iterable
from datetime import datetime

from loyalty.ledger.models import Account, Holder, Wallet
from loyalty.ledger.posting.locking import must_be_in_transaction


def open_holder(*, at: datetime, wallets: Iterable[str] = ("points",)) -> Holder:
    """Open a holder with one account per wallet code; a wallet not heard of yet is made."""
    return open_holders(count=1, at=at, wallets=wallets)[0]


def open_holders(
    *, count: int, at: datetime, wallets: Iterable[str] = ("points",)
) -> list[Holder]:
    """Open several holders, as `open_holder` does one, in a handful of statements."""
    must_be_in_transaction()
    kinds = _get_wallets(list(wallets))
    holders = Holder.objects.bulk_create(
        [Holder(opened_at=at) for _ in range(count)], batch_size=1_000
    )
    accounts = [Account(holder=holder, wallet=wallet) for holder in holders for wallet in kinds]
    Account.objects.bulk_create(accounts, batch_size=1_000)
    return holders


def _get_wallets(codes: list[str]) -> list[Wallet]:
    known = {wallet.code: wallet for wallet in Wallet.objects.filter(code__in=codes)}
    if missing := [code for code in codes if code not in known]:
        # Somebody else may be opening the first account of this wallet at this moment.
        Wallet.objects.bulk_create([Wallet(code=code) for code in missing], ignore_conflicts=True)
        known = {wallet.code: wallet for wallet in Wallet.objects.filter(code__in=codes)}
    return [known[code] for code in codes]
