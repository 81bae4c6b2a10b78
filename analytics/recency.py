"""Who has been seen lately, and who is lost: one number of days parts them."""

from datetime import timedelta

from analytics import cutting
from analytics.queries import Query, compose
from analytics.scopes import Scope

_LOST = "SELECT member_id FROM {sales} AS sales WHERE last_on < {since}"
_ACTIVE = "SELECT member_id FROM {sales} AS sales WHERE last_on >= {since}"


def last_seen(scope: Scope, *, is_lost: bool) -> Query:
    """Members by their last receipt to date: lost is strictly older than the setting."""
    since = scope.as_of - timedelta(days=scope.lost_after_days)
    template = _LOST if is_lost else _ACTIVE
    return compose(template, {"sales": cutting.to_date(scope), "since": since})
