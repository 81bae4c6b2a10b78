"""Computes in the night what pages open with in the morning, and forgets what nobody needs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from analytics import keeping
from analytics.keeping import Asked
from analytics.measures.registry import get_measures
from analytics.models import KeptFigure
from analytics.periods import Period, PeriodKind, month_end
from analytics.scopes import WHOLE, Cut
from loyalty.core.zones import add_months
from loyalty.programmes.models import Store

Spans = Sequence[tuple[int, int, int]]

# How many months a period has, and how many of them are computed: of the whole, and of a store.
SPANS: Spans = ((1, 25, 13), (3, 9, 5), (6, 5, 0), (12, 3, 2))
_MOST_STORES = 50
# A night that finds more to do leaves the oldest to whoever asks for it, and to the next night.
MOST_A_NIGHT = 4_000
_MOST_KEPT = 200_000
_AT_ONCE = 1_000
_A_DAY = timedelta(days=1)


def warm(*, today: date, at: datetime, spans: Spans = SPANS, most: int = MOST_A_NIGHT) -> int:
    """Keep the figures of the last months, quarters, halves and years, latest first.

    Of each the whole programme with every measure, then each store. Computes those alone that do
    not hold, and not many more than `most`; returns how many. May be repeated.
    """
    done = 0
    for asked in _pages(today, spans):
        if done >= most:
            break
        done += keeping.keep(asked=asked, at=at)
    return done


def forget(*, at: datetime, most: int = _MOST_KEPT) -> int:
    """Throw away figures of free ranges after a day, and the oldest of too many.

    Returns how many. Whoever asks for one again has it computed again.
    """
    free = KeptFigure.objects.filter(kind=PeriodKind.RANGE, computed_at__lt=at - _A_DAY)
    gone = free.delete()[0]
    by_age = KeptFigure.objects.order_by("-computed_at", "-pk").values_list("pk", flat=True)
    while beyond := list(by_age[most : most + _AT_ONCE]):
        gone += KeptFigure.objects.filter(pk__in=beyond).delete()[0]
    return gone


def _pages(today: date, spans: Spans) -> Iterator[list[Asked]]:
    """What one page opens with: one period and cut, every measure that can be cut so.

    What lasts still comes first, then what ended last; of one day the whole, then each store.
    """
    stores = Store.objects.filter(is_training=False).order_by("pk")[:_MOST_STORES]
    cuts = [WHOLE, *(Cut(store_id=store.pk) for store in stores)]
    planned = [
        (place, period)
        for place, cut in enumerate(cuts)
        for months, of_the_whole, of_a_store in spans
        for period in _last(of_the_whole if cut == WHOLE else of_a_store, months, today)
    ]
    planned.sort(key=lambda one: (today - min(one[1].last, today), one[0]))
    for place, period in planned:
        cut = cuts[place]
        codes = (code for code, measure in get_measures().items() if measure.allows(cut))
        yield [Asked(code, period, cut) for code in codes]


def _last(count: int, months: int, today: date) -> Iterator[Period]:
    """The last periods of so many months, the one that lasts still before those that are over."""
    latest = date(today.year, (today.month - 1) // months * months + 1, 1)
    for place in range(count):
        first = add_months(day=latest, months=-months * place)
        yield Period(first, month_end(add_months(day=first, months=months - 1)))
