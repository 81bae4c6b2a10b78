"""The night: what each business day that is over leaves to be booked, in order.

It books what is already true: nothing waits for it, and a missed night costs no member a
point. Missed nights are caught up day by day; of those older than a month only the birthdays
are lost, since the first night after them settles, reviews and counts all that was left.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from analytics import facts, losing, predicting, warming
from analytics.segments import defining, scoring
from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.events import jobs
from loyalty.events.models import JobRun, JobState
from loyalty.ledger import posting
from loyalty.mailing import noticing, warning
from loyalty.programmes import books
from members import anniversaries, birthdays, confirming, standing, subscribing, vouchering

# So that none is locked for longer than a tenth of a second: a till beside it hardly waits.
ACCOUNTS_AT_ONCE = 150
_CHUNK = 1_000
_LONGEST_CATCH_UP = timedelta(days=31)
_WORTH_A_WORKER = 10_000
_MOST_HELPERS = 7
_DAY = timedelta(days=1)

Runner = Callable[..., JobRun]
Work = Callable[[], int]
Step = Callable[[date, datetime], Work]


class DayNotOver(Refusal):
    """The night of a day begins when the day has ended in the programme's time zone."""

    code = "day-not-over"
    title = _("This business day is not over.")


def due(*, at: datetime) -> list[date]:
    """Return the business days whose night is owed, oldest first; none without a programme.

    Owed are the days since the first night that was begun, of the last 31, whose night is not
    done; before any was begun, yesterday. So a history brought in owes nothing, and nights that
    lack a step which came with an upgrade are gone through again for that step alone.
    """
    try:
        zone = books.get_book().zone
    except books.ProgrammeMissing:
        return []
    yesterday = zones.business_day(moment=at, zone=zone) - _DAY
    oldest = yesterday - _LONGEST_CATCH_UP + _DAY
    ended = JobRun.objects.filter(state=JobState.DONE)
    begun = ended.filter(job=JOBS[0]).aggregate(first=Min("business_day"))["first"]
    done = set(ended.filter(job=JOBS[-1]).values_list("business_day", flat=True))
    first = max(oldest, begun or yesterday)
    days = [first + n * _DAY for n in range((yesterday - first).days + 1)]
    return [day for day in days if day not in done]


def run(*, day: date, at: datetime) -> Sequence[JobRun]:
    """Do what is left of one day's night and return its steps, as far as they got.

    A step begins when the one before it is done: the list ends early, on a step that is
    RUNNING, where somebody else holds it. A second run does nothing. What a step raises is
    recorded and raised on. Raises DayNotOver.
    """
    if zones.end_of_day(day=day, zone=books.get_book().zone) > at:
        raise DayNotOver
    runs: list[JobRun] = []
    for job, runner, step in _STEPS:
        runs.append(runner(job=job, business_day=day, at=at, work=step(day, at)))
        if runs[-1].state != JobState.DONE:
            break
    return runs


def count_helpers(*, day: date, at: datetime) -> int:
    """Return how many more workers would shorten a day's night: one for ten thousand accounts.

    None before the day has ended, and none once its accounts are settled.
    """
    tonight = zones.end_of_day(day=day, zone=books.get_book().zone)
    if tonight > at:
        return 0
    most = (_MOST_HELPERS + 1) * _WORTH_A_WORKER
    return max(posting.count_due(at=tonight, most=most) // _WORTH_A_WORKER - 1, 0)


def _settle(day: date, at: datetime) -> Work:
    tonight = zones.end_of_day(day=day, zone=books.get_book().zone)
    sweep = posting.Sweep(at=tonight, recorded_at=at)

    @transaction.atomic
    def settle() -> int:
        return sweep.settle(limit=ACCOUNTS_AT_ONCE)

    return settle


def _tell_of_expiry(day: date, at: datetime) -> Work:
    return partial(noticing.tell, day=day, at=at)


def _confirm_referrals(day: date, at: datetime) -> Work:
    return partial(confirming.confirm, day=day, at=at)


def _give_birthdays(day: date, at: datetime) -> Work:
    """Give those of the day that has just begun, so that nobody waits until the day after.

    And what is given for each year in the programme.
    """
    tomorrow = day + _DAY
    return lambda: birthdays.give(day=tomorrow, at=at) + anniversaries.give(day=tomorrow, at=at)


def _review_tiers(day: date, _at: datetime) -> Work:
    return partial(standing.review_due, day=day, limit=_CHUNK)


def _keep_memberships(day: date, at: datetime) -> Work:
    return partial(subscribing.keep_up, day=day, at=at, limit=ACCOUNTS_AT_ONCE)


def _warn_of_tiers(day: date, at: datetime) -> Work:
    return partial(warning.warn, day=day, at=at)


def _expire_vouchers(day: date, _at: datetime) -> Work:
    tonight = zones.end_of_day(day=day, zone=books.get_book().zone)
    return partial(vouchering.expire_due, at=tonight, limit=_CHUNK)


def _refresh_measures(_day: date, at: datetime) -> Work:
    return partial(facts.refresh, at=at)


def _notice_returns(_day: date, at: datetime) -> Work:
    return partial(losing.notice, at=at)


def _predict(day: date, at: datetime) -> Work:
    """Of several days that are caught up, only the last says what is to come."""
    return partial(predicting.predict, day=day, at=at) if _is_last(day, at) else lambda: 0


def _keep_figures(day: date, at: datetime) -> Work:
    """Have ready what pages open with in the morning, and forget what nobody needs."""

    def keep() -> int:
        warming.forget(at=at)
        return warming.warm(today=day + _DAY, at=at, most=settings.FIGURES_A_NIGHT)

    return keep if _is_last(day, at) else lambda: 0


def _is_last(day: date, at: datetime) -> bool:
    return day == zones.business_day(moment=at, zone=books.get_zone()) - _DAY


def _assign_segments(day: date, at: datetime) -> Work:
    """Of several days that are caught up, only the last says who is in which segment now."""

    def find() -> int:
        return scoring.keep(at=at) + defining.assign_all(at=at)

    return find if _is_last(day, at) else lambda: 0


_STEPS: Sequence[tuple[str, Runner, Step]] = (
    ("settle", jobs.share, _settle),
    # After it: only of points that are still there is there anything to tell.
    ("notices", jobs.run, _tell_of_expiry),
    # Before the birthdays, whose awards look at the tier.
    ("tiers", jobs.run_chunks, _review_tiers),
    # After it: a membership's tier comes back where another that was given is over.
    ("memberships", jobs.run_chunks, _keep_memberships),
    # After both: what is lost already is nothing to warn of.
    ("tier-warnings", jobs.run, _warn_of_tiers),
    ("referrals", jobs.run, _confirm_referrals),
    ("birthdays", jobs.run, _give_birthdays),
    ("vouchers", jobs.run_chunks, _expire_vouchers),
    ("measures", jobs.run, _refresh_measures),
    ("losses", jobs.run, _notice_returns),
    # After the measures: what is to come is told by the facts.
    ("forecasts", jobs.run, _predict),
    # After both: by what was bought, and by what is to come.
    ("segments", jobs.run, _assign_segments),
    # After all of them, from which figures are computed.
    ("figures", jobs.run, _keep_figures),
)
JOBS = tuple(job for job, _runner, _step in _STEPS)
