"""Predicts what members will buy in the next 12 months, from facts of what they bought.

Each night the models of `lifetimes` are fitted to all members' histories: the fit is kept, and
what it says of each member replaces what the one before said. Days are business days, receipts
of one day are one, and revenue is net of what was returned.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from math import fsum
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Min

from analytics import tallies
from analytics.lifetimes import buying, histories, spending, trial
from analytics.lifetimes.buying import Buying
from analytics.lifetimes.histories import Histories, Numbers
from analytics.lifetimes.spending import Spending
from analytics.models import Fit, MemberFact, Outlook
from analytics.periods import BEGINNING, DAY, Period
from analytics.queries import Query, compose, get_rows
from analytics.scopes import WHOLE
from members.models import Member

WEEKS_AHEAD = 365.25 / 7
# With fewer who ever came back, parameters say more of chance than of members.
FEWEST_REPEATERS = 30
_AT_ONCE = 5_000
_CENTS = 100
_EPOCH = date(1970, 1, 1)

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

    @property
    def alive(self) -> Numbers:
        return self.buying.get_alive(self.seen)

    @property
    def days(self) -> Numbers:
        return self.buying.get_expected(self.seen, weeks=WEEKS_AHEAD)

    @property
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
    return 0 if forecast is None else _keep(forecast, day, at)


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
        "days": tallies.days(period, WHOLE),
        "sales": tallies.by_member(period, WHOLE),
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
    rest = tallies.days(Period(middle + DAY, until), WHOLE)
    weeks = (until - middle).days / 7
    return trial.group(
        forecast.seen,
        expected=forecast.buying.get_expected(forecast.seen, weeks=weeks),
        came=dict(get_rows(compose(_COUNTED, {"days": rest}))),
    )


@transaction.atomic
def _keep(forecast: Forecast, day: date, at: datetime) -> int:
    outlooks = _get_outlooks(forecast)
    known = {
        "fitted_at": at,
        "trial": [asdict(group) for group in try_out(until=day)],
        **_get_parameters(forecast),
        **_get_sums(outlooks),
    }
    fit, _ = Fit.objects.update_or_create(as_of=day, defaults=known)
    for outlook in outlooks:
        outlook.fit = fit
    Outlook.objects.all().delete()
    return len(Outlook.objects.bulk_create(outlooks, batch_size=_AT_ONCE))


def _get_outlooks(forecast: Forecast) -> list[Outlook]:
    """Return the outlook of each member who is still one."""
    open_ids = set(Member.objects.filter(closed_at=None).values_list("pk", flat=True))
    cents = forecast.cents
    columns = zip(
        forecast.seen.members.tolist(),
        forecast.alive.tolist(),
        forecast.days.tolist(),
        [None] * len(forecast.seen) if cents is None else cents.astype(int).tolist(),
        strict=True,
    )
    return [
        Outlook(member_id=member, alive=alive, expected_days=days, expected_cents=worth)
        for member, alive, days, worth in columns
        if member in open_ids
    ]


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


def _get_sums(outlooks: Sequence[Outlook]) -> dict[str, Any]:
    cents = [one.expected_cents for one in outlooks if one.expected_cents is not None]
    return {
        "told": len(outlooks),
        "alive": fsum(one.alive for one in outlooks),
        "expected_days": fsum(one.expected_days for one in outlooks),
        "expected_cents": sum(cents) if cents else None,
    }
