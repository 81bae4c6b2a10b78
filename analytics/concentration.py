"""How unequally revenue is spread: buyers from the least to the most, in twenty equal groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from analytics import cutting, tallies
from analytics.figures import Figure
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


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve of Lorenz: which share of the members makes which of the revenue."""

    members: Fraction
    revenue: Fraction


def get_curve(groups: Sequence[Group]) -> list[Point]:
    """Return where the curve is after each group, those who spent least first.

    Empty where there is no revenue to share: where more was returned than bought, too.
    """
    people = sum(group.members for group in groups)
    total = sum(group.revenue_cents for group in groups)
    if total <= 0:
        return []
    seen = accumulate(group.members for group in groups)
    spent = accumulate(group.revenue_cents for group in groups)
    return [
        Point(Fraction(members, people), Fraction(cents, total))
        for members, cents in zip(seen, spent, strict=True)
    ]


def groups_of(figure: Figure) -> list[Group]:
    """Return the groups that a figure of `pareto_share` is drawn from."""
    told = zip(figure.drawn.get("members", ()), figure.drawn.get("revenue_cents", ()), strict=True)
    return [Group(members, cents) for members, cents in told]


def get_groups(*, scope: Scope) -> list[Group]:
    """Return the groups of the period's buyers, those who spent least first; none of nobody."""
    sales = tallies.by_member(scope.period, cutting.where(scope))
    rows = get_rows(compose(_GROUPS, {"sales": sales}))
    return [Group(int(members), int(cents or 0)) for _place, members, cents in rows]
