"""A definition as one query over facts: the ids of the members it holds.

Conditions are sets of members that are intersected, united and taken from everybody, so that
the cost grows with the members and not with how conditions are combined. Who never bought has
no receipts and no revenue, which is 0; they have no recency, no scores and no outlook.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from analytics import rfm
from analytics.periods import month_start
from analytics.queries import Part, Query, compose, joined
from analytics.scopes import Scope
from analytics.segments import cells
from analytics.segments.cells import Cell
from analytics.segments.terms import NONE, Condition, Definition, Fact, Match
from loyalty.core import zones

Opened = Callable[[Sequence[str]], Sequence[str]]

_EVERYBODY = Query("SELECT id AS member_id FROM members_member WHERE state <> 'CLOSED'"
                   " AND state <> 'MERGED'")  # fmt: skip

_BUT = """
SELECT member_id FROM {everybody} AS everybody EXCEPT SELECT member_id FROM {part} AS part
"""

_INSIDE = "SELECT member_id FROM {values} AS known WHERE {range}"
_OUTSIDE = "SELECT member_id FROM {values} AS known WHERE NOT ({range})"

_EVER = "SELECT member_id, receipts, revenue_cents FROM analytics_memberfact"
_OF_MONTHS = """
SELECT member_id, SUM(receipts) AS receipts, SUM(revenue_cents) AS revenue_cents
FROM analytics_membermonth WHERE month >= {first} GROUP BY member_id
"""

_POINTS = """
SELECT member.id AS member_id, account.available
FROM members_member AS member
LEFT JOIN members_householdstay AS stay ON stay.member_id = member.id AND stay.until_at IS NULL
LEFT JOIN members_household AS household ON household.id = stay.household_id
JOIN ledger_account AS account
  ON account.holder_id = COALESCE(household.holder_id, member.holder_id)
 AND account.wallet_id = {wallet}
"""

_CATEGORY = """
SELECT member_id FROM analytics_membercategory
WHERE category IN {codes} AND receipts > 0 AND {since}
"""

_STORE = """
SELECT bought.member_id FROM analytics_membermonth AS bought
JOIN programmes_store AS store ON store.id = bought.store_id
WHERE store.code IN {codes} AND bought.receipts > 0 AND {since}
"""

_TIER = """
SELECT member.id AS member_id FROM members_member AS member
LEFT JOIN programmes_tier AS tier ON tier.id = member.tier_id
WHERE COALESCE(tier.code, {none}) IN {codes}
"""

_HOME_STORE = """
SELECT member.id AS member_id FROM members_member AS member
LEFT JOIN programmes_store AS store ON store.id = member.store_id
WHERE COALESCE(store.code, {none}) IN {codes}
"""

_KIND = "SELECT id AS member_id FROM members_member WHERE kind IN {codes}"
_SOURCE = "SELECT id AS member_id FROM members_member WHERE source IN {codes}"
_ENROLLED = "SELECT id AS member_id FROM members_member WHERE {from_day} AND {to_day}"

_CONSENT = """
SELECT member_id
FROM (SELECT member_id, is_given,
             ROW_NUMBER() OVER (PARTITION BY member_id, channel
                                ORDER BY said_at DESC, id DESC) AS place
      FROM members_consent WHERE purpose = 'MARKETING' AND channel IN {codes}) AS said
WHERE place = 1 AND is_given
"""

_SCORES = {
    Fact.RECENCY_SCORE: "recency",
    Fact.FREQUENCY_SCORE: "frequency",
    Fact.MONETARY_SCORE: "monetary",
}


def members(definition: Definition, *, scope: Scope, opened: Opened) -> Query:
    """Return who is in a segment by its definition, as `member_id`, seen from the scope's moment.

    Nobody who has left. `opened` gives categories with those inside them.
    """
    parts = [_part(condition, scope, opened) for condition in definition.conditions]
    sets = [compose("SELECT member_id FROM {part} AS part", {"part": part}) for part in parts]
    if definition.match == Match.ANY:
        sets = [_chained(sets, " UNION ")]
    everybody = compose("SELECT member_id FROM {all} AS everybody", {"all": _EVERYBODY})
    return _chained(
        [everybody, *(compose("SELECT member_id FROM {one} AS held", {"one": s}) for s in sets)],
        " INTERSECT ",
    )


def _chained(queries: Sequence[Query], joint: str) -> Query:
    return joined(joint, queries)


def _part(condition: Condition, scope: Scope, opened: Opened) -> Query:
    part = _RULES[condition.fact](condition, scope, opened)
    return _but(part) if condition.is_not else part


def _but(part: Query) -> Query:
    return compose(_BUT, {"everybody": _EVERYBODY, "part": part})


def _range(column: str, least: int | date | None, most: int | date | None) -> Query:
    """Return the condition that a column is between two values, both included."""
    name = Query(column)
    low = compose("{name} >= {value}", {"name": name, "value": least})
    high = compose("{name} <= {value}", {"name": name, "value": most})
    if least is None or most is None:
        return high if least is None else low
    return compose("{low} AND {high}", {"low": low, "high": high})


def _inside(values: Query, column: str, condition: Condition) -> Query:
    parts = {"values": values, "range": _range(column, condition.least, condition.most)}
    return compose(_INSIDE, parts)


def _or_nothing(values: Query, column: str, condition: Condition) -> Query:
    """As `_inside`, where whoever is not known has 0."""
    least, most = condition.least, condition.most
    holds_zero = (least is None or least <= 0) and (most is None or most >= 0)
    if not holds_zero:
        return _inside(values, column, condition)
    return _but(compose(_OUTSIDE, {"values": values, "range": _range(column, least, most)}))


def _rfm(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    asked = [
        recency * 10 + frequency
        for code in condition.codes
        for recency, frequency in cells.scores_of(Cell(code))
    ]
    parts: dict[str, Part] = {"scores": _scores(scope), "cells": asked}
    return compose(
        "SELECT member_id FROM {scores} AS scores WHERE recency * 10 + frequency IN {cells}", parts
    )


def _score(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    return _inside(_scores(scope), _SCORES[condition.fact], condition)


def _scores(scope: Scope) -> Query:
    return rfm.scores(scope, rfm.Scoring(scope.rfm_scoring))


def _recency(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    """Days since the last receipt: few days are a late one."""
    since, until = (
        None if days is None else scope.today - timedelta(days)
        for days in (condition.most, condition.least)
    )
    facts = Query("SELECT member_id, last_on FROM analytics_memberfact")
    return compose(_INSIDE, {"values": facts, "range": _range("last_on", since, until)})


def _receipts(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    return _or_nothing(_sales(condition, scope), "receipts", condition)


def _revenue(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    return _or_nothing(_sales(condition, scope), "revenue_cents", condition)


def _sales(condition: Condition, scope: Scope) -> Query:
    if condition.months is None:
        return Query(_EVER)
    return compose(_OF_MONTHS, {"first": first_month(scope, condition.months)})


def first_month(scope: Scope, months: int) -> date:
    """Return the first of so many whole months before the one that runs."""
    return zones.add_months(day=month_start(scope.today), months=-months)


def _since(condition: Condition, scope: Scope) -> Query:
    if condition.months is None:
        return Query("1 = 1")
    return compose("month >= {first}", {"first": first_month(scope, condition.months)})


def _category(condition: Condition, scope: Scope, opened: Opened) -> Query:
    codes = _listed(opened(condition.codes))
    return compose(_CATEGORY, {"codes": codes, "since": _since(condition, scope)})


def _store(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    parts = {"codes": _listed(condition.codes), "since": _since(condition, scope)}
    return compose(_STORE, parts)


def _of(template: str) -> "Callable[[Condition, Scope, Opened], Query]":
    def rule(condition: Condition, _scope: Scope, _opened: Opened) -> Query:
        parts: dict[str, Part] = {"codes": _listed(condition.codes), "none": NONE}
        return compose(template, parts)

    return rule


def _alive(condition: Condition, _scope: Scope, _opened: Opened) -> Query:
    outlooks = Query("SELECT member_id, alive * 100 AS percent FROM analytics_outlook")
    return _inside(outlooks, "percent", condition)


def _expected(condition: Condition, _scope: Scope, _opened: Opened) -> Query:
    outlooks = Query("SELECT member_id, expected_cents FROM analytics_outlook")
    return _inside(outlooks, "expected_cents", condition)


def _points(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    values = compose(_POINTS, {"wallet": scope.wallet_id})
    return _or_nothing(values, "available", condition)


def _enrolled(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    return _between_days(condition.since, condition.until, scope)


def _membership(condition: Condition, scope: Scope, _opened: Opened) -> Query:
    since, until = (
        None if days is None else scope.today - timedelta(days)
        for days in (condition.most, condition.least)
    )
    return _between_days(since, until, scope)


def _between_days(since: date | None, until: date | None, scope: Scope) -> Query:
    """Return who enrolled on business days from one to another, both included."""
    start = since and zones.start_of_day(day=since, zone=scope.zone)
    end = until and zones.end_of_day(day=until, zone=scope.zone)
    parts: dict[str, Part] = {
        "from_day": compose("enrolled_at >= {at}", {"at": start}) if start else Query("1 = 1"),
        "to_day": compose("enrolled_at < {at}", {"at": end}) if end else Query("1 = 1"),
    }
    return compose(_ENROLLED, parts)


def _listed(codes: Sequence[str]) -> Query:
    return Query(", ".join(["%s"] * len(codes)) or "NULL", tuple(codes))


_RULES: Mapping[Fact, Callable[[Condition, Scope, Opened], Query]] = {
    Fact.RFM: _rfm,
    Fact.RECENCY_SCORE: _score,
    Fact.FREQUENCY_SCORE: _score,
    Fact.MONETARY_SCORE: _score,
    Fact.RECENCY: _recency,
    Fact.RECEIPTS: _receipts,
    Fact.REVENUE: _revenue,
    Fact.CATEGORY: _category,
    Fact.STORE: _store,
    Fact.ALIVE: _alive,
    Fact.EXPECTED: _expected,
    Fact.POINTS: _points,
    Fact.TIER: _of(_TIER),
    Fact.KIND: _of(_KIND),
    Fact.SOURCE: _of(_SOURCE),
    Fact.HOME_STORE: _of(_HOME_STORE),
    Fact.ENROLLED: _enrolled,
    Fact.MEMBERSHIP: _membership,
    Fact.CONSENT: _of(_CONSENT),
}
