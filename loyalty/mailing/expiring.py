"""Which points end on which day, for many members at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

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
    counted; what was earned from `earned_before` on is not looked at.
    """
    lots = Lot.objects.filter(
        account__holder__in=holder_ids,
        account__wallet__code=book.spending_wallet,
        remaining__gt=0,
        expires_at__gt=after,
        expires_at__lte=zones.end_of_day(day=until, zone=book.zone),
    )
    if earned_before is not None:
        lots = lots.filter(earned_at__lt=earned_before)
    ending: dict[tuple[int, date], int] = defaultdict(int)
    for holder, ends_at, points in lots.values_list(
        "account__holder_id", "expires_at", "remaining"
    ):
        ending[holder, book.last_day(ends_at)] += points
    return ending


def get_spenders(*, holder_ids: Collection[int], book: Rulebook) -> Mapping[int, int]:
    """Return by holder whose points they spend: their own, or those of their household."""
    accounts = Account.objects.filter(holder__in=holder_ids, wallet__code=book.spending_wallet)
    rows = accounts.values_list("holder_id", "merged_into__holder_id")
    return {holder: home or holder for holder, home in rows}
