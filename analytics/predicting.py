"""Predicts what members will buy in the next 12 months, from facts of what they bought.

Each night the models of `lifetimes` are fitted to all members' histories: the fit is kept, and
what it says of each member replaces what the one before said. Days are business days, receipts
of one day are one, and revenue is net of what was returned.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from math import fsum
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Min
from numpy.typing import NDArray

from analytics import revising, tallies
from analytics.lifetimes import buying, histories, spending, trial
from analytics.lifetimes.buying import Buying
from analytics.lifetimes.histories import Histories, Numbers
from analytics.lifetimes.spending import Spending
from analytics.models import Fit, MemberFact, Outlook, Topic
from analytics.periods import BEGINNING, DAY, Period, month_start
from analytics.queries import Query, compose, get_rows
from members.models import Member

WEEKS_AHEAD = 365.25 / 7
# With fewer who ever came back, parameters say more of chance than of members.
FEWEST_REPEATERS = 30
_AT_ONCE = 5_000
_CENTS = 100
_EPOCH = date(1970, 1, 1)

Places = NDArray[np.intp]

_HISTORIES = """
SELECT seen.member_id, seen.days - 1, seen.last_day - seen.first_day, {end} - seen.first_day,
       sales.revenue_cents - fact.first_day_cents
FROM (SELECT member_id, COUNT(*) AS days, MIN(day) AS first_day, MAX(day) AS last_day
      FROM {days} AS days GROUP BY member_id) AS seen
JOIN {sales} AS sales ON sales.member_id = seen.member_id
JOIN analytics_memberfact AS fact ON fact.member_id = seen.member_id
ORDER BY seen.member_id
"""

_COUNTED = "SELECT member_id, COUNT(*) FROM {days} AS days GROUP BY member_id"


@dataclass(frozen=True)
class Forecast:
    """What a fit expects of members in 12 months, each in the place it has in `seen`."""

    seen: Histories
    buying: Buying
    spending: Spending | None

    @cached_property
    def alive(self) -> Numbers:
        return self.buying.get_alive(self.seen)

    @cached_property
    def days(self) -> Numbers:
        return self.buying.get_expected(self.seen, weeks=WEEKS_AHEAD)

    @cached_property
    def cents(self) -> Numbers | None:
        """Return whole cents; None where too few came back to tell what a day is worth."""
        if self.spending is None:
            return None
        return np.rint(self.days * self.spending.get_expected(self.seen) * _CENTS)


def predict(*, day: date, at: datetime) -> int:
    """Fit the models to all that was bought up to the end of a day, and keep what they say.

    Returns how many members' outlooks were written: none where too few came back, and then
    what was known before stays. Repeated for a day, it says the same. Facts must be fresh.
    """
    forecast = get_forecast(until=day)
    if forecast is None:
        return 0
    trial = [asdict(group) for group in try_out(until=day)]
    # Only now: where one writer locks the whole database, no sale waits for a fit.
    return _keep(forecast, day, {"fitted_at": at, "trial": trial})


def get_forecast(*, until: date) -> Forecast | None:
    """Return what the models expect after a business day, writing nothing.

    None with fewer than 30 members who came back, or where no parameters explain them.
    """
    seen = read(until=until)
    if np.count_nonzero(seen.repeats) < FEWEST_REPEATERS:
        return None
    found = buying.fit(seen)
    return None if found is None else Forecast(seen, found, spending.fit(seen))


def read(*, until: date) -> Histories:
    """Return the histories, up to and including a day, of all who had bought by then."""
    period = Period(BEGINNING, until)
    parts: dict[str, Query | int] = {
        "end": (until - _EPOCH).days,
        "days": tallies.days(period, tallies.ALL),
        "sales": tallies.by_member(period, tallies.ALL),
    }
    return histories.tell(get_rows(compose(_HISTORIES, parts)))


def try_out(*, until: date) -> list[trial.Group]:
    """Fit the first half of the history; say what it expected of the rest, and what came.

    By how often members had come back in the first half; empty where nothing could be fitted.
    """
    first = MemberFact.objects.aggregate(first=Min("first_on"))["first"] or until
    middle = first + (until - first) // 2
    forecast = get_forecast(until=middle)
    if forecast is None:
        return []
    rest = tallies.days(Period(middle + DAY, until), tallies.ALL)
    weeks = (until - middle).days / 7
    return trial.group(
        forecast.seen,
        expected=forecast.buying.get_expected(forecast.seen, weeks=weeks),
        came=dict(get_rows(compose(_COUNTED, {"days": rest}))),
    )


@transaction.atomic
def _keep(forecast: Forecast, day: date, known: Mapping[str, Any]) -> int:
    """Replace what is told of each member who is still one. Returns how many they are."""
    places = _get_places(forecast.seen)
    told = {**known, **_get_parameters(forecast), **_get_sums(forecast, places)}
    fit, _ = Fit.objects.update_or_create(as_of=day, defaults=told)
    Outlook.objects.all().delete()
    outlooks = _outlooks(forecast, places, fit)
    while some := list(islice(outlooks, _AT_ONCE)):
        Outlook.objects.bulk_create(some)
    revising.note(topic=Topic.OTHER, months=[month_start(day)], at=fit.fitted_at)
    return len(places)


def _get_places(seen: Histories) -> Places:
    """Return where those stand who are still members."""
    open_ids = Member.objects.filter(closed_at=None).values_list("pk", flat=True)
    is_open = np.isin(seen.members, np.array(list(open_ids), dtype=np.int64))
    return np.flatnonzero(is_open)


def _outlooks(forecast: Forecast, places: Places, fit: Fit) -> Iterator[Outlook]:
    cents = forecast.cents
    for place in places:
        yield Outlook(
            member_id=int(forecast.seen.members[place]),
            fit=fit,
            alive=float(forecast.alive[place]),
            expected_days=float(forecast.days[place]),
            expected_cents=None if cents is None else int(cents[place]),
        )


def _get_parameters(forecast: Forecast) -> dict[str, Any]:
    bought, spent = forecast.buying, forecast.spending
    return {
        "members": len(forecast.seen),
        "repeaters": int(np.count_nonzero(forecast.seen.repeats)),
        "r": bought.r,
        "alpha": bought.alpha,
        "a": bought.a,
        "b": bought.b,
        "log_likelihood": bought.log_likelihood,
        "p": spent and spent.p,
        "q": spent and spent.q,
        "v": spent and spent.v,
        "value_log_likelihood": spent and spent.log_likelihood,
    }


def _get_sums(forecast: Forecast, places: Places) -> dict[str, Any]:
    cents = forecast.cents
    return {
        "told": len(places),
        "alive": fsum(forecast.alive[places]),
        "expected_days": fsum(forecast.days[places]),
        "expected_cents": None
        if cents is None or not len(places)
        else int(cents[places].astype(int).sum()),
    }
