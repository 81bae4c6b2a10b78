"""What a cut leaves of receipts and of members, at the end of the period that is looked at.

A store and a channel restrict receipts; all else restricts members. A member's tier, segments
and value are those that they have when the period ends, or now if that is earlier.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from analytics import tallies
from analytics.models import SegmentDefinition
from analytics.periods import BEGINNING, Period, month_end
from analytics.queries import Part, Query, bracketed, called, compose, joined
from analytics.scopes import OF_RECEIPTS, WHOLE, Cut, Scope, ValueGroup
from loyalty.core import zones
from members.models import SegmentStay

_TIERS = """
SELECT moved.member_id
FROM (SELECT member_id, to_tier_id,
             ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY changed_at DESC, id DESC) AS place
      FROM members_tierchange WHERE changed_at < {end}) AS moved
JOIN programmes_tier AS tier ON tier.id = moved.to_tier_id
WHERE moved.place = 1
"""

_IN_TIER = "id IN {tiers}"
_OF_TIER = _TIERS.rstrip() + " AND tier.code = {code}"

_SEGMENT = """
id IN (SELECT stay.member_id FROM members_segmentstay AS stay
       JOIN programmes_segment AS segment ON segment.id = stay.segment_id
       WHERE segment.code = {code} AND stay.since_at < {end}
         AND (stay.until_at IS NULL OR stay.until_at >= {end}))
"""

_BEST = """
SELECT member_id
FROM (SELECT member_id, COUNT(*) OVER () AS members,
             ROW_NUMBER() OVER (ORDER BY revenue_cents DESC, member_id) AS place
      FROM {sales} AS sales) AS ranked
WHERE place <= (members + 4) / 5
"""

_WHOSE = "SELECT id FROM members_member WHERE {conditions}"


def where(scope: Scope) -> Query:
    """Return the condition on receipts, by store_id, channel and member_id, of a scope's cut."""
    cut = scope.cut
    told = {"store_id = {asked}": cut.store_id, "channel = {asked}": cut.channel}
    conditions = [
        compose(condition, {"asked": asked})
        for condition, asked in told.items()
        if asked is not None
    ]
    if members := whose(scope):
        conditions.append(compose("member_id IN {members}", {"members": members}))
    return _all_of(conditions)


def whose(scope: Scope) -> Query | None:
    """Return the ids of the members whom a scope's cut leaves: None where it leaves everybody."""
    asked = [(rule, getattr(scope.cut, name)) for name, rule in _RULES.items()]
    conditions = [rule(scope, value) for rule, value in asked if value is not None]
    if not conditions:
        return None
    return called(compose(_WHOSE, {"conditions": _all_of(conditions)}), column="id")


def is_known(scope: Scope) -> bool:
    """Say whether anybody could be in the segment of a cut by the end of the scope.

    From its first stay on, or since it is defined: every night then looks for its members.
    """
    code, end_at = scope.cut.segment, scope.end_at
    if code is None:
        return True
    defined = SegmentDefinition.history.filter(segment__code=code, history_date__lt=end_at)
    stays = SegmentStay.objects.filter(segment__code=code, since_at__lt=end_at)
    return stays.exists() or defined.exists()


def best(scope: Scope) -> Query:
    """Return the fifth of all buyers, rounded up, who brought most up to the scope's end."""
    whole = to_date(scope, cut=WHOLE)
    return compose(_BEST, {"sales": whole})


def to_date(scope: Scope, *, cut: Cut | None = None) -> Query:
    """One row per member who ever bought, up to the end of the scope, as `tallies.by_member`."""
    condition = where(scope) if cut is None else tallies.ALL
    if _is_ever(scope, scope.cut if cut is None else cut):
        return tallies.ever(condition)
    return tallies.by_member(_known(scope), condition)


def get_sales_to_date(scope: Scope) -> tallies.Sales:
    """Return what members bought up to the end of the scope."""
    if _is_ever(scope, scope.cut):
        return tallies.get_sales_ever(where(scope))
    return tallies.get_sales(_known(scope), where(scope))


def _is_ever(scope: Scope, cut: Cut) -> bool:
    """Say whether it is all there is, whatever its store and channel: a fact of each member."""
    return scope.as_of >= scope.today and not cut.dimensions & OF_RECEIPTS


def _known(scope: Scope) -> Period:
    """Return the days to date. Of the month that lasts its facts know no more than today."""
    is_now = scope.as_of >= scope.today
    return Period(BEGINNING, month_end(scope.as_of)) if is_now else scope.to_date


def _of_tier(scope: Scope, code: str) -> Query:
    """No tier is that of whom no change left in one."""
    bounds: dict[str, Part] = {"end": scope.end_at, "code": code}
    if code:
        return compose(_IN_TIER, {"tiers": compose(_OF_TIER, bounds)})
    in_any = compose(_IN_TIER, {"tiers": compose(_TIERS, bounds)})
    return compose("NOT {in_any}", {"in_any": in_any})


def _of_segment(scope: Scope, code: str) -> Query:
    return compose(_SEGMENT, {"code": code, "end": scope.end_at})


def _of_kind(_scope: Scope, kind: str) -> Query:
    return compose("kind = {kind}", {"kind": kind})


def _of_source(_scope: Scope, source: str) -> Query:
    return compose("source = {source}", {"source": source})


def _of_month(scope: Scope, month: date) -> Query:
    bounds: dict[str, Part] = {
        "start": zones.start_of_day(day=month, zone=scope.zone),
        "end": zones.end_of_day(day=month_end(month), zone=scope.zone),
    }
    return compose("enrolled_at >= {start} AND enrolled_at < {end}", bounds)


def _of_value(scope: Scope, group: str) -> Query:
    inside = compose("id IN {best}", {"best": best(scope)})
    return inside if group == ValueGroup.BEST else compose("NOT {inside}", {"inside": inside})


_RULES: Mapping[str, Callable[[Scope, Any], Query]] = {
    "tier": _of_tier,
    "segment": _of_segment,
    "kind": _of_kind,
    "enrolled": _of_month,
    "source": _of_source,
    "value": _of_value,
}


def _all_of(conditions: list[Query]) -> Query:
    if not conditions:
        return tallies.ALL
    if len(conditions) == 1:
        return conditions[0]
    return joined(" AND ", [bracketed(condition) for condition in conditions])
