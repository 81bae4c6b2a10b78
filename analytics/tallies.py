"""What members bought in a period, as queries that measures build on.

Whole months come from facts. So does who bought on which day, of any range. Only receipts
and revenue of part of a month are read from purchases and returns, through their index on the
day. Revenue is net of what was returned in the period, whenever that was sold. `where` is
a condition on receipts, by member_id, store_id and channel: a scope's is `cutting.where`.
"""

from dataclasses import dataclass
from datetime import date

from analytics.periods import Period, month_start, split
from analytics.queries import RETURNED, Part, Query, compose, get_rows, union_all
from loyalty.core import expressions

ALL = Query("1 = 1")

_ALL_DAYS = (1 << 31) - 1

# Both engines call the column of a list of values column1.
_BITS = Query(f"VALUES {', '.join(f'({bit})' for bit in range(31))}")

_MONTHS = """
SELECT member_id, receipts, revenue_cents, returned_cents, first_on, last_on
FROM analytics_membermonth WHERE month >= {first} AND month <= {last} AND {where}
"""

_EDGE = """
SELECT member_id, 1 AS receipts, total_cents AS revenue_cents, 0 AS returned_cents,
       business_on AS first_on, business_on AS last_on
FROM members_purchase
WHERE business_on >= {first} AND business_on <= {last} AND member_id IS NOT NULL AND {where}
"""

_EDGE_RETURNS = """
SELECT member_id, 0 AS receipts, -total_cents AS revenue_cents, total_cents AS returned_cents,
       NULL AS first_on, NULL AS last_on
FROM {returned} AS given_back
WHERE business_on >= {first} AND business_on <= {last} AND member_id IS NOT NULL AND {where}
"""

_BY_MEMBER = """
SELECT member_id, CAST(SUM(receipts) AS bigint) AS receipts,
       CAST(SUM(revenue_cents) AS bigint) AS revenue_cents,
       CAST(SUM(returned_cents) AS bigint) AS returned_cents,
       MIN(first_on) AS first_on, MAX(last_on) AS last_on
FROM {parts} AS parts GROUP BY member_id
"""

_SPENT = "SELECT member_id, revenue_cents FROM {members} AS members"

_BUYERS_OF = _BY_MEMBER.rstrip() + " HAVING SUM(receipts) > 0"

_NOBODY = """
SELECT member_id, receipts, revenue_cents, returned_cents, first_on, last_on
FROM analytics_memberfact WHERE 1 = 0
"""

_EVER = """
SELECT member_id, receipts, revenue_cents, returned_cents, first_on, last_on
FROM analytics_memberfact WHERE {where}
"""

_MASKED = """
SELECT member_id, month, days & (CASE WHEN month = {first_month} THEN {from_first} ELSE {all} END)
                              & (CASE WHEN month = {last_month} THEN {to_last} ELSE {all} END)
                         AS days
FROM analytics_membermonth
WHERE month >= {first_month} AND month <= {last_month} AND {where}
"""

_BUYERS = "SELECT DISTINCT member_id FROM {masked} AS masked WHERE days <> 0"

_MEMBER_MONTHS = "SELECT DISTINCT member_id, month FROM {masked} AS masked WHERE days <> 0"

_DAYS = """
SELECT DISTINCT member_id, {month_number} + bits.column1 AS day
FROM {masked} AS masked JOIN {bits} AS bits ON ((days >> bits.column1) & 1) = 1
"""


_LAST_DAYS = """
SELECT member_id, {day} AS day FROM analytics_membermonth
WHERE month < {month} AND member_id IN {of} AND last_on IS NOT NULL AND {where}
GROUP BY member_id
"""

_SALES = """
SELECT SUM(CASE WHEN receipts > 0 THEN 1 ELSE 0 END), SUM(receipts), SUM(revenue_cents),
       SUM(revenue_cents + returned_cents)
FROM {members} AS members
"""


@dataclass(frozen=True, slots=True)
class Sales:
    """What some members bought together; of whoever only returned something, its revenue."""

    buyers: int
    receipts: int
    revenue_cents: int
    # Before anything was returned.
    gross_cents: int


def get_sales(period: Period, where: Query) -> Sales:
    return _get_sales(_by_member(period, where))


def get_sales_ever(where: Query) -> Sales:
    """As `get_sales`, up to the last refresh, of members whatever their store and channel."""
    return _get_sales(_ever(where))


def by_member(period: Period, where: Query) -> Query:
    """One row per buyer of the period: receipts, revenue and what of it was returned, days."""
    return _by_member(period, where, template=_BUYERS_OF)


def spent(period: Period, where: Query) -> Query:
    """Ids and net revenue, of the period, of whoever bought or returned something in it."""
    return compose(_SPENT, {"members": _by_member(period, where)})


def ever(where: Query) -> Query:
    """One row per member who ever bought, up to the last refresh, as `by_member`."""
    return _ever(where)


def buyers(period: Period, where: Query) -> Query:
    """The ids of members with a receipt in the period: from facts, whatever the range."""
    return compose(_BUYERS, {"masked": _masked(period, where)})


def months(period: Period, where: Query) -> Query:
    """One row per member and month of the period with a receipt in it: from facts."""
    return compose(_MEMBER_MONTHS, {"masked": _masked(period, where)})


def days(period: Period, where: Query) -> Query:
    """One row per member and business day (its number since 1970) with a receipt: from facts."""
    parts = {
        "masked": _masked(period, where),
        "month_number": Query(expressions.day_number("month")),
        "bits": _BITS,
    }
    return compose(_DAYS, parts)


def last_days(month: date, *, of: Query, where: Query) -> Query:
    """The last day (its number since 1970) on which these members bought before a month."""
    parts: dict[str, Part] = {
        "day": Query(expressions.day_number("MAX(last_on)")),
        "month": month,
        "of": of,
        "where": where,
    }
    return compose(_LAST_DAYS, parts)


def _get_sales(members: Query) -> Sales:
    found = get_rows(compose(_SALES, {"members": members}))[0]
    return Sales(*(int(number or 0) for number in found))


def _by_member(period: Period, where: Query, *, template: str = _BY_MEMBER) -> Query:
    """As `by_member`, with those who bought nothing and returned something."""
    found = split(period)
    parts = [part for edge in found.edges for part in _edges(edge, where)]
    if found.months:
        first, last = found.months
        bounds: dict[str, Part] = {"first": first, "last": last, "where": where}
        parts.append(compose(_MONTHS, bounds))
    return compose(template, {"parts": union_all(parts)}) if parts else Query(_NOBODY)


def _ever(where: Query) -> Query:
    return compose(_EVER, {"where": where})


def _masked(period: Period, where: Query) -> Query:
    parts: dict[str, Part] = {
        "first_month": month_start(period.first),
        "last_month": month_start(period.last),
        "from_first": _ALL_DAYS & ~((1 << (period.first.day - 1)) - 1),
        "to_last": (1 << period.last.day) - 1,
        "all": _ALL_DAYS,
        "where": where,
    }
    return compose(_MASKED, parts)


def _edges(edge: Period, where: Query) -> list[Query]:
    bounds: dict[str, Part] = {
        "first": edge.first,
        "last": edge.last,
        "where": where,
        "returned": RETURNED,
    }
    return [compose(template, bounds) for template in (_EDGE, _EDGE_RETURNS)]
