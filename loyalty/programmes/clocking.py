"""A wallet begins, or ceases, to let points die of inactivity: never for what was before."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.ledger import posting
from loyalty.programmes import books, idling
from loyalty.programmes.models import WalletPolicy

# Whoever began to book before a switch has ended by then.
_PATIENCE = timedelta(minutes=5)


def note_switch(*, policy: WalletPolicy, had_months: int | None, at: datetime) -> None:
    """Let a policy that is about to be kept say since when it lets points die of inactivity.

    Where it begins or ceases to, accounts that have points get their moment, or lose it, soon.
    More or fewer months count from each account's next activity on.
    """
    if (policy.idle_months is None) == (had_months is None):
        return
    policy.idle_since = None if policy.idle_months is None else at
    policy.switched_at = at


def keep_up(*, at: datetime, limit: int = 200) -> int:
    """Do what is left of the switches. It may be stopped, repeated, and run twice at once.

    So many accounts in each transaction; one statement where nothing was switched. Returns how
    many transactions changed some.
    """
    waiting = WalletPolicy.objects.filter(switched_at__lte=at - _PATIENCE)
    return sum(_follow(policy, at=at, limit=limit) for policy in waiting.select_related("wallet"))


def _follow(policy: WalletPolicy, *, at: datetime, limit: int) -> int:
    turns = 0
    # Points may have gone meanwhile to accounts that were passed: the last pass finds none.
    while changed := _pass(policy, at=at, limit=limit):
        turns += changed
    done = WalletPolicy.objects.filter(pk=policy.pk, switched_at=policy.switched_at)
    done.update(switched_at=None)
    return turns


def _pass(policy: WalletPolicy, *, at: datetime, limit: int) -> int:
    turns, after = 0, 0
    while after := _turn(policy, at=at, after=after, limit=limit):
        turns += 1
    return turns


@transaction.atomic
def _turn(policy: WalletPolicy, *, at: datetime, after: int, limit: int) -> int:
    wallet = policy.wallet.code
    if (terms := books.inactivity_of(policy)) is None:
        return posting.stop_clocks(wallet=wallet, at=at, after=after, limit=limit)
    zone = books.get_zone()
    until = idling.ends_at(terms=terms, last=terms.since, zone=zone)
    if until <= at:
        until = idling.ends_at(terms=terms, last=at, zone=zone)
    return posting.start_clocks(wallet=wallet, until=until, at=at, after=after, limit=limit)
