"""S, E, N and kept: who bought in the period, in the one before, in both, for the first time."""

from analytics import cutting, tallies
from analytics.queries import Query, compose
from analytics.scopes import Scope

_BOTH = "SELECT member_id FROM {now} AS now WHERE member_id IN {before}"

# Sets, as a database takes one from another: NOT IN looks at each member of the one for each of
# the other as soon as they do not fit into its memory.
_LEFT = """
SELECT member_id FROM {before} AS before EXCEPT SELECT member_id FROM {now} AS now
"""

_RETURNING = """
SELECT now.member_id FROM {now} AS now
JOIN analytics_memberfact AS fact ON fact.member_id = now.member_id
WHERE fact.first_on < {first}
"""

_FIRST_SEEN = """
SELECT now.member_id FROM {now} AS now
JOIN analytics_memberfact AS fact ON fact.member_id = now.member_id
WHERE fact.first_on >= {first}
"""

_CAME_BACK = """
SELECT member_id FROM {returning} AS back EXCEPT SELECT member_id FROM {before} AS before
"""


def of_period(scope: Scope) -> Query:
    """E: the members with a receipt in the period."""
    return tallies.buyers(scope.period, cutting.where(scope))


def of_previous(scope: Scope) -> Query:
    """S: the members with a receipt in the period before."""
    return tallies.buyers(scope.previous, cutting.where(scope))


def kept(scope: Scope) -> Query:
    """The members of both."""
    return compose(_BOTH, {"now": of_period(scope), "before": of_previous(scope)})


def left(scope: Scope) -> Query:
    """S − kept: those of the period before who did not buy in this one."""
    return compose(_LEFT, {"now": of_period(scope), "before": of_previous(scope)})


def returning(scope: Scope) -> Query:
    """E − N: those of the period whose first purchase anywhere was before it."""
    return compose(_RETURNING, {"now": of_period(scope), "first": scope.period.first})


def came_back(scope: Scope) -> Query:
    """E − N − kept: those who had bought before, but not in the period before."""
    return compose(_CAME_BACK, {"returning": returning(scope), "before": of_previous(scope)})


def first_seen(scope: Scope) -> Query:
    """N: those of the period whose first purchase anywhere falls in it."""
    return compose(_FIRST_SEEN, {"now": of_period(scope), "first": scope.period.first})
