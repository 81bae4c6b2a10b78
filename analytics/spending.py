"""Who earned and who redeemed: whole months from facts, part of one from the entries of its days.

Whoever was merged is the survivor. "First" and "redemption" are those of the spending wallet.
"""

from datetime import date

from analytics import cutting, dealings
from analytics.periods import Period, month_start, split
from analytics.queries import Part, Query, compose, union_all
from analytics.scopes import Scope
from loyalty.core import expressions, zones

SOON_DAYS = 90
_ALL_DAYS = (1 << 31) - 1

_FIRSTS = """
SELECT COALESCE(member.merged_into_id, member.id) AS member_id,
       MIN(counted.earned_on) AS earned_on, MIN(counted.redeemed_on) AS redeemed_on
FROM analytics_pointsmonth AS counted
JOIN members_member AS member ON member.id = counted.member_id
WHERE counted.wallet_id = {wallet}
GROUP BY COALESCE(member.merged_into_id, member.id)
"""

_EARNERS = """
SELECT member_id FROM {firsts} AS firsts WHERE {until} - {earned} >= {soon} AND {whose}
"""

_SOON = """
SELECT member_id FROM {firsts} AS firsts
WHERE {until} - {earned} >= {soon} AND {redeemed} - {earned} <= {soon} AND {whose}
"""

_MONTHS = """
SELECT member_id, redemptions FROM analytics_pointsmonth
WHERE month >= {first} AND month <= {last} AND wallet_id = {wallet}
"""

_EDGE = "SELECT member_id, redeemed AS redemptions FROM {entries} AS entries"

_NOBODY = "SELECT member_id, redemptions FROM analytics_pointsmonth WHERE 1 = 0"

_BY_MEMBER = """
SELECT * FROM (SELECT COALESCE(member.merged_into_id, member.id) AS member_id,
                      CAST(SUM(parts.redemptions) AS bigint) AS redemptions
               FROM {parts} AS parts JOIN members_member AS member ON member.id = parts.member_id
               GROUP BY COALESCE(member.merged_into_id, member.id)) AS spent
WHERE redemptions > 0 AND {whose}
"""

_ENTRIES = """
SELECT entry_id FROM {entries} AS entries JOIN members_member AS member
       ON member.id = entries.member_id
WHERE COALESCE(member.merged_into_id, member.id) IN {spenders}
"""

_IN_RANGE = """
entry.kind IN ('REDEEM', 'CAPTURE') AND account.wallet_id = {wallet}
AND entry.occurred_at >= {start} AND entry.occurred_at < {end}
"""

_ACTIVE = """
SELECT member_id FROM analytics_pointsmonth
WHERE month >= {first_month} AND month <= {last_month}
  AND ((earned_days | redeemed_days)
       & (CASE WHEN month = {first_month} THEN {from_first} ELSE {all} END)
       & (CASE WHEN month = {last_month} THEN {to_last} ELSE {all} END)) <> 0
"""


def first_earners(scope: Scope) -> Query:
    """Members who first earned so long before the scope ends that one knows who redeemed soon."""
    return compose(_EARNERS, _firsts(scope))


def soon_redeemers(scope: Scope) -> Query:
    """Those of `first_earners` who had redeemed by so many days after they first earned."""
    return compose(_SOON, _firsts(scope))


def by_member(scope: Scope) -> Query:
    """One row per member who redeemed in the period: member_id, redemptions."""
    found = split(scope.period)
    parts = [
        compose(_EDGE, {"entries": _entries(edge, scope)}) for edge in found.edges
    ]  # fmt: skip
    if found.months:
        first, last = found.months
        bounds: dict[str, Part] = {"first": first, "last": last, "wallet": scope.wallet_id}
        parts.append(compose(_MONTHS, bounds))
    told = union_all(parts) if parts else Query(_NOBODY)
    return compose(_BY_MEMBER, {"parts": told, "whose": _whose(scope)})


def redemptions(scope: Scope) -> Query:
    """The ids of the entries that `by_member` counts."""
    spenders = compose("SELECT member_id FROM {spent} AS spent", {"spent": by_member(scope)})
    return compose(_ENTRIES, {"entries": _entries(scope.period, scope), "spenders": spenders})


def users(scope: Scope) -> Query:
    """The ids of memberships that earned or redeemed in any wallet in the period."""
    period = scope.period
    parts: dict[str, Part] = {
        "first_month": month_start(period.first),
        "last_month": month_start(period.last),
        "from_first": _ALL_DAYS & ~((1 << (period.first.day - 1)) - 1),
        "to_last": (1 << period.last.day) - 1,
        "all": _ALL_DAYS,
    }
    return compose(_ACTIVE, parts)


def _firsts(scope: Scope) -> dict[str, Part]:
    return {
        "firsts": compose(_FIRSTS, {"wallet": scope.wallet_id}),
        "earned": Query(expressions.day_number("earned_on")),
        "redeemed": Query(expressions.day_number("redeemed_on")),
        "until": (scope.as_of - date(1970, 1, 1)).days,
        "soon": SOON_DAYS,
        "whose": _whose(scope),
    }


def _entries(period: Period, scope: Scope) -> Query:
    bounds: dict[str, Part] = {
        "wallet": scope.wallet_id,
        "start": zones.start_of_day(day=period.first, zone=scope.zone),
        "end": zones.end_of_day(day=period.last, zone=scope.zone),
    }
    return dealings.entries(compose(_IN_RANGE, bounds), zone=scope.zone)


def _whose(scope: Scope) -> Query:
    members = cutting.whose(scope)
    return compose("member_id IN {members}", {"members": members}) if members else Query("1 = 1")
