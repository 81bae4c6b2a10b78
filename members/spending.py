"""What members spent, by business day: what the ladder asks for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from loyalty.core import zones
from loyalty.programmes.ladder import Ladder
from loyalty.programmes.rulebook import Rulebook
from members.models import Purchase


class Spending:
    """Days and cents of one member. `window(day)` is what the ladder calls `Spent`.

    Days may be added in any order; in order of time each costs the same however many went
    before, which an import of years relies on.
    """

    def __init__(self, *, ladder: Ladder, days: Iterable[tuple[date, int]] = ()) -> None:
        self._ladder = ladder
        self._days: list[date] = []
        # What had been spent by the end of each day, and nothing before the first.
        self._sums: list[int] = [0]
        for day, cents in sorted(days):
            self.add(day=day, cents=cents)

    def add(self, *, day: date, cents: int) -> None:
        """Count one more purchase."""
        place = bisect_right(self._days, day)
        self._days.insert(place, day)
        self._sums.insert(place + 1, self._sums[place])
        for later in range(place + 1, len(self._sums)):
            self._sums[later] += cents

    def window(self, day: date) -> int:
        """Return the cents spent in the ladder's window that ends with a day."""
        first, last = self._ladder.window(day)
        until, before = bisect_right(self._days, last), bisect_left(self._days, first)
        return self._sums[until] - self._sums[before]


def get_spending(
    *, member_ids: Sequence[int], since: date, ladder: Ladder, book: Rulebook
) -> dict[int, Spending]:
    """Return what each member spent in every window that ends on `since` or later.

    One statement, answered from the index on (member, moment) alone.
    """
    first, _last = ladder.window(since)
    spendings = {pk: Spending(ladder=ladder) for pk in member_ids}
    bought = (
        Purchase.objects.filter(
            member__in=member_ids,
            occurred_at__gte=zones.start_of_day(day=first, zone=book.zone),
        )
        .order_by("member", "occurred_at")
        .values_list("member_id", "business_on", "total_cents")
    )
    for pk, day, cents in bought:
        spendings[pk].add(day=day, cents=cents)
    return spendings
