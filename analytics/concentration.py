"""How unequally revenue is spread: buyers from the least to the most, in twenty equal groups."""

from dataclasses import dataclass

from analytics import cutting, tallies
from analytics.queries import compose, get_rows
from analytics.scopes import Scope

_GROUPS = """
SELECT place, COUNT(*), SUM(revenue_cents)
FROM (SELECT revenue_cents, NTILE(20) OVER (ORDER BY revenue_cents, member_id) AS place
      FROM {sales} AS sales) AS placed
GROUP BY place ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One of twenty groups of buyers, or of as many as there are buyers where they are fewer."""

    members: int
    revenue_cents: int


def get_groups(*, scope: Scope) -> list[Group]:
    """Return the groups of the period's buyers, those who spent least first; none of nobody."""
    sales = tallies.by_member(scope.period, cutting.where(scope))
    rows = get_rows(compose(_GROUPS, {"sales": sales}))
    return [Group(int(members), int(cents or 0)) for _place, members, cents in rows]
