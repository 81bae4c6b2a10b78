"""Recency, frequency, monetary: each member to date, scored from 1 to 5, 5 being best.

NTILE makes five groups of equal size; members of equal figures are parted by their number:
the external id when it is a whole number, then ours. THRESHOLD scores by the 20, 40, 60 and
80% quantiles (interpolated linearly, a score more for each one exceeded), so that equal
figures score alike.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from analytics import cutting
from analytics.queries import Query, added, compose, get_rows
from analytics.scopes import Scope
from loyalty.core import expressions


class Scoring(StrEnum):
    NTILE = "NTILE"
    THRESHOLD = "THRESHOLD"


_BY_NTILE = """
SELECT member_id,
       NTILE(5) OVER (ORDER BY last_on, number, member_id) AS recency,
       NTILE(5) OVER (ORDER BY receipts, number, member_id) AS frequency,
       NTILE(5) OVER (ORDER BY revenue_cents, number, member_id) AS monetary
FROM (SELECT sales.member_id, last_on, receipts, revenue_cents,
             COALESCE({number}, 0) AS number
      FROM {sales} AS sales JOIN members_member AS member ON member.id = sales.member_id)
     AS numbered
"""

_BY_THRESHOLD = """
SELECT member_id, 5 - {days_ago} AS recency, 1 + {receipts} AS frequency, 1 + {revenue} AS monetary
FROM {sales} AS sales
"""

_QUANTILES = """
SELECT value
FROM (SELECT {value} AS value, ROW_NUMBER() OVER (ORDER BY {value}) - 1 AS place,
             COUNT(*) OVER () - 1 AS last
      FROM {sales} AS sales) AS placed
JOIN (SELECT 1 AS quantile UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS fifths
  ON place = last * quantile / 5
ORDER BY quantile
"""


def scores(scope: Scope, scoring: Scoring) -> Query:
    """One row per member who ever bought: member_id, recency, frequency, monetary."""
    sales = cutting.to_date(scope)
    if scoring == Scoring.THRESHOLD:
        return _by_threshold(sales)
    number = Query(expressions.number_written_in("member.external_id"))
    return compose(_BY_NTILE, {"sales": sales, "number": number})


def get_grid(scope: Scope, scoring: Scoring) -> dict[str, int]:
    """Return how many members have each score, as "555"."""
    template = """
        SELECT recency, frequency, monetary, COUNT(*) FROM {scores} AS scores
        GROUP BY recency, frequency, monetary
    """
    rows = get_rows(compose(template, {"scores": scores(scope, scoring)}))
    return dict(sorted((f"{r}{f}{m}", members) for r, f, m, members in rows))


def members_with(scope: Scope, scoring: Scoring, wanted: Iterable[tuple[int, int]]) -> Query:
    """Return the ids of the members of some cells of the grid: recency and frequency."""
    template = "SELECT member_id FROM {scores} AS scores WHERE recency * 10 + frequency IN {cells}"
    cells = [recency * 10 + frequency for recency, frequency in wanted]
    return compose(template, {"scores": scores(scope, scoring), "cells": cells})


def get_members(scope: Scope, scoring: Scoring) -> dict[str, str]:
    """Return each member's score by external id, or by our id of those without one."""
    template = """
        SELECT COALESCE(member.external_id, member.public_id), recency, frequency, monetary
        FROM {scores} AS scores JOIN members_member AS member ON member.id = scores.member_id
        ORDER BY member.id
    """
    rows = get_rows(compose(template, {"scores": scores(scope, scoring)}))
    return {name: f"{r}{f}{m}" for name, r, f, m in rows}


def count_scores(members: dict[str, str]) -> dict[str, int]:
    return dict(sorted(Counter(members.values()).items()))


def _by_threshold(sales: Query) -> Query:
    days_ago = Query(f"0 - {expressions.day_number('last_on')}")
    parts = {
        "sales": sales,
        "days_ago": _exceeded(days_ago, sales),
        "receipts": _exceeded(Query("receipts"), sales),
        "revenue": _exceeded(Query("revenue_cents"), sales),
    }
    return compose(_BY_THRESHOLD, parts)


def _exceeded(value: Query, sales: Query) -> Query:
    """How many of the four quantiles a value exceeds.

    No figure lies between two neighbouring values: to exceed the quantile interpolated between
    them is to exceed the lower one.
    """
    quantiles = get_rows(compose(_QUANTILES, {"sales": sales, "value": value}))
    steps = [
        compose(
            "CASE WHEN {value} > {quantile} THEN 1 ELSE 0 END", {"value": value, "quantile": q}
        )
        for (q,) in quantiles
    ]
    return added(steps)
