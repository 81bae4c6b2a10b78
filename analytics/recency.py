"""Who has been seen lately, and who is lost: one number of days parts them."""

from datetime import timedelta

from analytics import cutting, tallies
from analytics.periods import Period
from analytics.queries import Query, compose, get_rows
from analytics.scopes import Scope

_LOST = "SELECT member_id FROM {sales} AS sales WHERE last_on < {since}"
_LOST_DAYS = "SELECT member_id, last_on FROM {sales} AS sales WHERE last_on < {since}"
_ACTIVE = "SELECT member_id FROM {sales} AS sales WHERE last_on >= {since}"

WINDOWS = (30, 90, 180, 365)
_COUNTS = """
SELECT (SELECT COUNT(*) FROM {last_30} AS month), (SELECT COUNT(*) FROM {last_90} AS quarter),
       (SELECT COUNT(*) FROM {last_180} AS half), (SELECT COUNT(*) FROM {last_365} AS year)
"""


def last_seen(scope: Scope, *, is_lost: bool) -> Query:
    """Members by their last receipt to date: lost is strictly older than the setting."""
    since = scope.as_of - timedelta(days=scope.lost_after_days)
    template = _LOST if is_lost else _ACTIVE
    return compose(template, {"sales": cutting.to_date(scope), "since": since})


def get_rolling(scope: Scope) -> dict[int, int]:
    """Return how many members bought in the last 30, 90, 180 and 365 days of the scope."""
    where, until = cutting.where(scope), scope.as_of
    parts = {
        f"last_{days}": tallies.buyers(Period(until - timedelta(days=days - 1), until), where)
        for days in WINDOWS
    }
    counted = get_rows(compose(_COUNTS, parts))[0]
    return dict(zip(WINDOWS, counted, strict=True))


def lost_days(scope: Scope) -> Query:
    """One row per lost member: member_id, and last_on, the day of the last receipt to date."""
    since = scope.as_of - timedelta(days=scope.lost_after_days)
    return compose(_LOST_DAYS, {"sales": cutting.to_date(scope), "since": since})
