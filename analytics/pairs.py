"""Cross-selling: pairs of categories that the same members buy in a period.

Support, confidence and lift are those of association rules (Agrawal, Imielinski and Swami 1993;
lift: Brin and others 1997), with a member's whole period as the basket: two categories need not
be on one receipt. Whole months come from facts; only part of a month is read from receipts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from analytics import cutting
from analytics.periods import split
from analytics.queries import Part, Query, compose, get_number, get_rows, union_all
from analytics.scopes import Scope

# The strongest are shown; what is weaker is seldom worth a campaign.
MOST = 20
# Between the codes of a pair.
JOINT = " + "

_MONTHS = """
SELECT member_id, category FROM analytics_membercategory
WHERE month >= {first} AND month <= {last} AND receipts > 0 AND {where}
"""

_EDGE = """
SELECT member_id, category
FROM members_purchase AS sale JOIN members_purchaseline AS line ON line.purchase_id = sale.id
WHERE business_on >= {first} AND business_on <= {last} AND member_id IS NOT NULL
  AND category <> '' AND {where}
"""

_NOTHING = "SELECT member_id, category FROM analytics_membercategory WHERE 1 = 0"

_BOUGHT = "SELECT DISTINCT member_id, category FROM {parts} AS parts"

_BUYERS = "SELECT COUNT(DISTINCT member_id) FROM {bought} AS bought"

_POPULAR = """
SELECT category, COUNT(*) FROM {bought} AS bought GROUP BY category HAVING COUNT(*) >= {least}
"""

# A pair is bought by no more members than each of its categories: others are not even tried.
_TOGETHER = """
SELECT one.category, other.category, COUNT(*)
FROM {bought} AS one
JOIN {bought} AS other ON other.member_id = one.member_id AND other.category > one.category
WHERE one.category IN {popular} AND other.category IN {popular}
GROUP BY one.category, other.category HAVING COUNT(*) >= {least}
"""

_BOTH = """
SELECT one.member_id FROM {bought} AS one
JOIN {bought} AS other ON other.member_id = one.member_id
WHERE one.category = {first} AND other.category = {second}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two categories, by their codes in alphabetical order, and how many members bought them.

    `buyers` bought anything of a category at all in the period.
    """

    first: str
    second: str
    members: int
    first_members: int
    second_members: int
    buyers: int

    # Properties

    @property
    def name(self) -> str:
        """What a figure of it is called: both codes, and nothing that is in a code."""
        return f"{self.first}{JOINT}{self.second}"

    @property
    def support(self) -> Fraction:
        """Of all buyers, those who bought both."""
        return Fraction(self.members, self.buyers)

    @property
    def confidence(self) -> Fraction:
        """Of those who bought the first, those who bought the second, too."""
        return Fraction(self.members, self.first_members)

    @property
    def confidence_back(self) -> Fraction:
        """Of those who bought the second, those who bought the first, too."""
        return Fraction(self.members, self.second_members)

    @property
    def lift(self) -> Fraction:
        """How many times more often both than if one had nothing to do with the other."""
        return self.confidence / Fraction(self.second_members, self.buyers)


@dataclass(frozen=True, slots=True)
class Found:
    """The strongest pairs, by lift, then by members; how many there are; of how many buyers."""

    pairs: tuple[Pair, ...]
    count: int
    buyers: int


def get_pairs(scope: Scope) -> list[Pair]:
    """Return the twenty strongest pairs that reach the least support, the strongest first."""
    return list(find(scope).pairs)


def find(scope: Scope) -> Found:
    """Look for pairs in three statements: buyers, popular categories, those bought together."""
    bought = _bought(scope)
    buyers = get_number(compose(_BUYERS, {"bought": bought}))
    # Whole members that make the least support, or more.
    least = max(-(-buyers * scope.pair_support_percent // 100), 1)
    parts: dict[str, Part] = {"bought": bought, "least": least}
    popular: dict[str, int] = dict(get_rows(compose(_POPULAR, parts)))
    parts["popular"] = _listed(sorted(popular))
    together = get_rows(compose(_TOGETHER, parts)) if len(popular) > 1 else []
    pairs = [_pair(one, other, count, popular, buyers) for one, other, count in together]
    pairs.sort(key=lambda pair: (-pair.lift, -pair.members, pair.first, pair.second))
    return Found(tuple(pairs[:MOST]), len(pairs), buyers)


def of_both(scope: Scope, pair: Pair) -> Query:
    """Return the ids of the members who bought both categories of a pair."""
    parts: dict[str, Part] = {"bought": _bought(scope), "first": pair.first, "second": pair.second}
    return compose(_BOTH, parts)


def _pair(one: str, other: str, count: int, popular: Mapping[str, int], buyers: int) -> Pair:
    # What comes first for the database depends on its collation.
    first, second = sorted((one, other))
    return Pair(first, second, count, popular[first], popular[second], buyers)


def _bought(scope: Scope) -> Query:
    """One row per member and category with a receipt in the period, of whom the cut leaves."""
    found, where = split(scope.period), cutting.where(scope)
    parts = [
        compose(_EDGE, {"first": edge.first, "last": edge.last, "where": where})
        for edge in found.edges
    ]
    if found.months:
        first, last = found.months
        parts.append(compose(_MONTHS, {"first": first, "last": last, "where": where}))
    return compose(_BOUGHT, {"parts": union_all(parts or [Query(_NOTHING)])})


def _listed(codes: list[str]) -> Query:
    return Query(", ".join(["%s"] * len(codes)) or "NULL", tuple(codes))
