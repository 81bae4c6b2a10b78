"""Who is in the programme, and who brought them. Whoever was merged is the survivor."""

from analytics import cutting
from analytics.queries import Part, Query, compose
from analytics.scopes import Scope

# What somebody brought about counts unless it was refused or called off.
STANDING = Query("'PENDING', 'CONFIRMED'")

_OPEN = """
SELECT id AS member_id FROM members_member
WHERE state <> 'MERGED' AND enrolled_at < {end} AND (closed_at IS NULL OR closed_at >= {end})
  AND {which}
"""

_EVER = """
SELECT id AS member_id FROM members_member
WHERE state <> 'MERGED' AND enrolled_at < {end} AND {which}
"""

_REFERRERS = """
SELECT DISTINCT COALESCE(member.merged_into_id, member.id) AS member_id
FROM members_referral AS referral JOIN members_member AS member ON member.id = referral.referrer_id
WHERE referral.state IN {standing} AND referral.joined_at < {end} AND referral.joined_at >= {start}
"""


def open_members(scope: Scope) -> Query:
    """The members whom the cut leaves and who are in the programme when the scope ends."""
    return compose(_OPEN, {"end": scope.end_at, "which": _which(scope)})


def ever_enrolled(scope: Scope) -> Query:
    """The members whom the cut leaves and who enrolled before the scope ends, left or not."""
    return compose(_EVER, {"end": scope.end_at, "which": _which(scope)})


def referrers(scope: Scope, *, to_date: bool = False) -> Query:
    """Whoever's friend joined in the period, or at any time before it ends."""
    start = scope.to_date.first if to_date else scope.start_at
    bounds: dict[str, Part] = {"standing": STANDING, "start": start, "end": scope.end_at}
    return compose(_REFERRERS, bounds)


def _which(scope: Scope) -> Query:
    members = cutting.whose(scope)
    return compose("id IN {members}", {"members": members}) if members else Query("1 = 1")
