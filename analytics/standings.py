"""The tiers that members have when a period begins and ends: the last move before that moment."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from analytics import belonging
from analytics.queries import Part, Query, compose, get_rows
from analytics.scopes import Scope

NO_TIER = "-"

_HELD = """
SELECT member_id, to_tier_id AS tier_id
FROM (SELECT member_id, to_tier_id,
             ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY changed_at DESC, id DESC) AS place
      FROM members_tierchange WHERE changed_at < {moment}) AS moves
WHERE place = 1
"""

_TIERS = """
SELECT tier.code, COUNT(*)
FROM {members} AS members LEFT JOIN {held} AS held ON held.member_id = members.member_id
LEFT JOIN programmes_tier AS tier ON tier.id = held.tier_id
GROUP BY tier.code, tier.rank ORDER BY COALESCE(tier.rank, -1), tier.code
"""

_STAYED = """
SELECT members.member_id, was.tier_id AS was_id, now.tier_id AS now_id
FROM {members} AS members JOIN members_member AS member ON member.id = members.member_id
LEFT JOIN {before} AS was ON was.member_id = members.member_id
LEFT JOIN {after} AS now ON now.member_id = members.member_id
WHERE member.enrolled_at < {start}
"""

_MATRIX = """
SELECT was.code, was.rank, now.code, now.rank, COUNT(*)
FROM {stayed} AS stayed
LEFT JOIN programmes_tier AS was ON was.id = stayed.was_id
LEFT JOIN programmes_tier AS now ON now.id = stayed.now_id
GROUP BY was.code, was.rank, now.code, now.rank
ORDER BY COALESCE(was.rank, -1), was.code, COALESCE(now.rank, -1), now.code
"""

_MOVED = (
    "SELECT member_id FROM {stayed} AS stayed WHERE COALESCE(was_id, 0) <> COALESCE(now_id, 0)"
)


@dataclass(frozen=True, slots=True)
class Move:
    """So many members who began the period in one tier and ended it in another, or the same."""

    was: str
    now: str
    members: int
    rise: int

    # Properties

    @property
    def name(self) -> str:
        return f"{self.was}>{self.now}"


def get_tiers(scope: Scope) -> Counter[str]:
    """Return how many members have each tier when the scope ends, from the lowest."""
    parts: dict[str, Part] = {
        "members": belonging.open_members(scope),
        "held": _held(scope.end_at),
    }
    return Counter({code or NO_TIER: held for code, held in get_rows(compose(_TIERS, parts))})


def get_moves(scope: Scope) -> list[Move]:
    """Return the matrix of who was in the programme all through the period, from the lowest."""
    rows = get_rows(compose(_MATRIX, {"stayed": _stayed(scope)}))
    return [
        Move(was or NO_TIER, now or NO_TIER, members, _rank(above) - _rank(below))
        for was, below, now, above, members in rows
    ]


def moved(scope: Scope) -> Query:
    """The members who end the period in another tier than they began it in."""
    return compose(_MOVED, {"stayed": _stayed(scope)})


def _stayed(scope: Scope) -> Query:
    parts: dict[str, Part] = {
        "members": belonging.open_members(scope),
        "before": _held(scope.start_at),
        "after": _held(scope.end_at),
        "start": scope.start_at,
    }
    return compose(_STAYED, parts)


def _held(moment: datetime) -> Query:
    return compose(_HELD, {"moment": moment})


def _rank(rank: int | None) -> int:
    return -1 if rank is None else rank
