"""Cohorts: members by the month of their first purchase, and the months they bought in since."""

from datetime import date

from analytics import cutting, tallies
from analytics.periods import Period, month_start, months_from
from analytics.queries import Part, Query, compose, get_rows
from analytics.scopes import Scope
from loyalty.core import expressions
from loyalty.core.zones import add_months

_MATRIX = """
SELECT fact.first_month, months.month, COUNT(*)
FROM {months} AS months
JOIN analytics_memberfact AS fact ON fact.member_id = months.member_id
GROUP BY fact.first_month, months.month
"""

_CELL = """
SELECT fact.member_id FROM {months} AS months
JOIN analytics_memberfact AS fact ON fact.member_id = months.member_id
WHERE fact.first_month = {first} AND months.month = {month}
"""

_OF_COHORTS = """
SELECT member_id FROM analytics_memberfact
WHERE first_on >= {first} AND first_on < {until} AND {whose}
"""

_NEXT_MONTH = """
SELECT fact.member_id FROM {months} AS months
JOIN analytics_memberfact AS fact ON fact.member_id = months.member_id
WHERE fact.first_on >= {first} AND fact.first_on < {until} AND {since} BETWEEN 28 AND 31
"""


def get_cohorts(*, scope: Scope) -> dict[date, list[int]]:
    """Return, by month of first purchase, the distinct buyers of month 0, 1, 2 … to date.

    A cohort is of the first purchase anywhere; a cut restricts what is counted of it since.
    """
    months = tallies.months(scope.to_date, cutting.where(scope))
    found = {
        (_as_date(first), _as_date(month)): buyers
        for first, month, buyers in get_rows(compose(_MATRIX, {"months": months}))
    }
    starts = sorted({first for first, _ in found})
    return {
        start: [found.get((start, month), 0) for month in months_from(start, scope.as_of)]
        for start in starts
    }


def members_in(scope: Scope, *, first: date, month: date) -> Query:
    """Return the ids of the members first seen in a month who bought in another: one cell."""
    months = tallies.months(scope.to_date, cutting.where(scope))
    return compose(_CELL, {"months": months, "first": first, "month": month})


def members_of(scope: Scope) -> Query:
    """Members first seen in the month before each whole month of the period that is over."""
    return compose(_OF_COHORTS, _bounds(scope))


def members_of_next_month(scope: Scope) -> Query:
    """Those of `members_of` who bought in the month after that of their first purchase."""
    months = tallies.months(Period(_first_whole_month(scope), scope.as_of), cutting.where(scope))
    since = Query(
        f"{expressions.day_number('months.month')} - {expressions.day_number('fact.first_month')}"
    )
    return compose(_NEXT_MONTH, {**_bounds(scope), "months": months, "since": since})


def _bounds(scope: Scope) -> dict[str, Part]:
    members = cutting.whose(scope)
    inside = compose("member_id IN {members}", {"members": members}) if members else tallies.ALL
    return {
        "whose": inside,
        "first": add_months(day=_first_whole_month(scope), months=-1),
        "until": scope.last_whole_month,
    }


def _first_whole_month(scope: Scope) -> date:
    first = scope.period.first
    return first if first.day == 1 else add_months(day=month_start(first), months=1)


def _as_date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
