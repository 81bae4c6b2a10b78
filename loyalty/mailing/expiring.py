"""Which points end on which day, for many members at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Q

from loyalty.core import zones
from loyalty.ledger.models import Account, Lot
from loyalty.programmes.rulebook import Rulebook

Ending = Mapping[tuple[int, date], int]


def get_expiring(
    *,
    holder_ids: Collection[int],
    after: datetime,
    until: date,
    book: Rulebook,
    earned_before: datetime | None = None,
) -> Ending:
    """Return, by holder and last day, how many spendable points end after a moment.

    Days up to `until`, included, in one statement. What was spent or set aside is not
    counted; what was earned from `earned_before` on is not looked at. Points end by their own
    date, or with all others where nothing happens that keeps them.
    """
    end = zones.end_of_day(day=until, zone=book.zone)
    lots = Lot.objects.filter(
        Q(account__inactive_at=None) | Q(account__inactive_at__gt=after),
        Q(expires_at__lte=end) | Q(account__inactive_at__lte=end),
        account__holder__in=holder_ids,
        account__wallet__code=book.spending_wallet,
        remaining__gt=0,
        expires_at__gt=after,
    )
    if earned_before is not None:
        lots = lots.filter(earned_at__lt=earned_before)
    ending: dict[tuple[int, date], int] = defaultdict(int)
    for holder, expires_at, inactive_at, points in lots.values_list(
        "account__holder_id", "expires_at", "account__inactive_at", "remaining"
    ):
        ends_at = min(expires_at, inactive_at or expires_at)
        ending[holder, book.last_day(ends_at)] += points
    return ending


def get_spenders(*, holder_ids: Collection[int], book: Rulebook) -> Mapping[int, int]:
    """Return by holder whose points they spend: their own, or those of their household."""
    accounts = Account.objects.filter(holder__in=holder_ids, wallet__code=book.spending_wallet)
    rows = accounts.values_list("holder_id", "merged_into__holder_id")
    return {holder: home or holder for holder, home in rows}
