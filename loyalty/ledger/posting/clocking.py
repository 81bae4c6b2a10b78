"""Many accounts get, or lose, the moment at which they fall asleep: set by set.

What has fallen asleep already is left alone: its points are dead, whether or not it is settled.
"""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce, Least

from loyalty.core import engines
from loyalty.ledger.models import NEVER, Account
from loyalty.ledger.planning.accounts import in_utc
from loyalty.ledger.posting import locking

# By its id: joined by its code, PostgreSQL sorts all that is left for every turn.
_OF_WALLET = "a.wallet_id = (SELECT f.id FROM ledger_wallet f WHERE f.code = %s)"
_CAN_START = (
    f"{_OF_WALLET} AND (a.available > 0 OR a.pending > 0 OR a.held > 0)"
    " AND (a.inactive_at IS NULL OR (a.inactive_at > %s AND a.inactive_at < %s))"
)
_CAN_STOP = f"{_OF_WALLET} AND a.inactive_at > %s"


def start_clocks(
    *, wallet: str, until: datetime, at: datetime, after: int = 0, limit: int = 1_000
) -> int:
    """Let accounts of a wallet that have points fall asleep at `until`, unless they do later.

    So many at once, in order of id past `after`. Returns the id of the last one, 0 when none was
    left. All of them have theirs once nothing is left of the first: meanwhile points may go to
    one that was passed. Raises ValueError for a moment that is not to come.
    """
    if until <= at:
        raise ValueError("An account falls asleep at a moment that is to come.")
    moments = [engines.to_column(in_utc(moment)) for moment in (at, until)]
    accounts = locking.lock_next(_CAN_START, [wallet, *moments], after=after, limit=limit)
    for account in accounts:
        account.inactive_at = in_utc(until)
        account.next_event_at = min(account.next_event_at or NEVER, in_utc(until))
    Account.objects.filter(pk__in=[account.pk for account in accounts]).update(
        inactive_at=in_utc(until),
        next_event_at=Least(Coalesce(F("next_event_at"), NEVER), in_utc(until)),
    )
    return accounts[-1].pk if accounts else 0


def stop_clocks(*, wallet: str, at: datetime, after: int = 0, limit: int = 1_000) -> int:
    """Let accounts of a wallet fall asleep no more, as `start_clocks` lets them."""
    moment = engines.to_column(in_utc(at))
    accounts = locking.lock_next(_CAN_STOP, [wallet, moment], after=after, limit=limit)
    for account in accounts:
        account.inactive_at = None
    Account.objects.filter(pk__in=[account.pk for account in accounts]).update(inactive_at=None)
    return accounts[-1].pk if accounts else 0
