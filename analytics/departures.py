"""Lost members of whom somebody knows why, and those told to be lost who came back: queries.

A reason is of one stretch without purchases: what was told of one before does not explain
the next. It counts whenever it was learnt, so that a month that is over can still be explained.
"""

from analytics import cutting
from analytics.queries import Part, Query, compose, get_rows
from analytics.recency import lost_days
from analytics.scopes import Scope

# Of somebody who was merged, what was told of either holds for the survivor: the latest of both.
_TOLD = """
SELECT member_id, reason, competitor_id
FROM (SELECT lost.member_id, loss.reason, loss.competitor_id,
             ROW_NUMBER() OVER (PARTITION BY lost.member_id
                                ORDER BY loss.recorded_at DESC, loss.id DESC) AS place
      FROM analytics_loss AS loss
      JOIN members_member AS who ON who.id = loss.member_id
      JOIN {lost} AS lost ON lost.member_id = COALESCE(who.merged_into_id, who.id)
      WHERE loss.replaced_at IS NULL AND loss.last_on <= {end} AND loss.recorded_on > lost.last_on
        AND (loss.won_back_on IS NULL OR loss.won_back_on > {end})) AS told
WHERE place = 1
"""
_WHOSE = "SELECT member_id FROM {told} AS told"
_BY_REASON = "SELECT reason, COUNT(*) FROM {told} AS told GROUP BY reason"
_BY_COMPETITOR = """
SELECT competitor.name, COUNT(*) AS members
FROM {told} AS told
JOIN analytics_competitor AS competitor ON competitor.id = told.competitor_id
GROUP BY competitor.name ORDER BY members DESC, competitor.name LIMIT {most}
"""

# Told to be lost before the period or in it, and not back when it began.
_WAITED = """
SELECT loss.won_back_on, loss.won_back_by
FROM analytics_loss AS loss
JOIN members_member AS who ON who.id = loss.member_id
JOIN {sales} AS sales ON sales.member_id = COALESCE(who.merged_into_id, who.id)
WHERE loss.replaced_at IS NULL AND loss.recorded_on <= {end}
  AND (loss.won_back_on IS NULL OR loss.won_back_on >= {first})
"""
_BY_WAY = """
SELECT CASE WHEN won_back_on <= {end} THEN 1 ELSE 0 END AS is_back,
       CASE WHEN won_back_on <= {end} THEN won_back_by ELSE '' END AS way, COUNT(*)
FROM {waited} AS waited GROUP BY is_back, way
"""


def whose(scope: Scope) -> Query:
    """The ids of members lost at the end of the scope of whom the reason is known, once each."""
    return compose(_WHOSE, {"told": _told(scope)})


def get_reasons(scope: Scope) -> dict[str, int]:
    """Return how many left for each reason."""
    return dict(get_rows(compose(_BY_REASON, {"told": _told(scope)})))


def get_competitors(scope: Scope, *, most: int) -> dict[str, int]:
    """Return how many left for each of the competitors that drew most."""
    return dict(get_rows(compose(_BY_COMPETITOR, {"told": _told(scope), "most": most})))


def get_returns(scope: Scope) -> tuple[dict[str, int], int]:
    """Return how many came back in the period, by what won them ("" is not known yet).

    And how many could have: those told to be lost who were not back when it began. With a cut,
    of the members who ever bought within it.
    """
    waited = compose(_WAITED, _bounds(scope) | {"sales": cutting.to_date(scope)})
    rows = get_rows(compose(_BY_WAY, _bounds(scope) | {"waited": waited}))
    back = {str(way): int(count) for is_back, way, count in rows if is_back}
    return back, sum(int(count) for _is_back, _way, count in rows)


def _told(scope: Scope) -> Query:
    return compose(_TOLD, _bounds(scope) | {"lost": lost_days(scope)})


def _bounds(scope: Scope) -> dict[str, Part]:
    return {"first": scope.period.first, "end": scope.as_of}
