"""The statements that count facts from purchases and points. Only this module writes facts.

Refresh and rebuild run the same statements, one for whom and what changed, the other for
all; so both end in the same rows. Each caller holds the lock of `Refresh` and a transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import islice
from zoneinfo import ZoneInfo

from analytics import dealings
from analytics.models import (
    MemberCategory,
    MemberFact,
    MemberMonth,
    PointsDay,
    PointsMonth,
    PointsVintage,
    StoreDay,
)
from analytics.periods import month_end, month_start
from analytics.queries import (
    RETURNED,
    Part,
    Query,
    as_subquery,
    compose,
    execute,
    get_rows,
    listed,
)
from loyalty.core import expressions, zones

EVERYTHING = Query("1 = 1")
_OF_ACCOUNTS = """
entry.account_id IN {some} AND entry.occurred_at >= {start} AND entry.occurred_at < {end}
"""
_AT_ONCE = 1_000

_MEMBER_FACTS = """
INSERT INTO analytics_memberfact (member_id, first_at, last_at, first_on, last_on,
                                  first_month, receipts, revenue_cents, first_day_cents,
                                  returned_cents, days)
SELECT member_id, MIN(first_at), MAX(last_at), MIN(business_on), MAX(business_on),
       {month}, SUM(receipts), SUM(sold_cents - returned_cents),
       SUM(CASE WHEN sold_on = first_on THEN sold_cents - returned_cents ELSE 0 END),
       SUM(returned_cents), COUNT(business_on)
FROM (SELECT *, MIN(business_on) OVER (PARTITION BY member_id) AS first_on
      FROM (SELECT member_id, business_on, business_on AS sold_on,
                   MIN(occurred_at) AS first_at, MAX(occurred_at) AS last_at,
                   COUNT(*) AS receipts, SUM(total_cents) AS sold_cents, 0 AS returned_cents
            FROM members_purchase
            WHERE member_id IS NOT NULL AND {whose}
            GROUP BY member_id, business_on
            UNION ALL
            SELECT member_id, NULL, sold_on, NULL, NULL, 0, 0, SUM(total_cents)
            FROM {returns} AS given_back
            WHERE member_id IS NOT NULL AND {whose}
            GROUP BY member_id, sold_on) AS told) AS by_day
GROUP BY member_id
"""

_MEMBER_MONTHS = """
INSERT INTO analytics_membermonth (member_id, month, store_id, channel, receipts,
                                   revenue_cents, returned_cents, first_on, last_on, days)
SELECT member_id, month, store_id, channel, SUM(receipts), SUM(sold_cents - returned_cents),
       SUM(returned_cents), MIN(bought_on), MAX(bought_on), SUM(day_bit)
FROM (SELECT member_id, {month} AS month, store_id, channel, business_on AS bought_on,
             1 << ({day_of_month} - 1) AS day_bit,
             COUNT(*) AS receipts, SUM(total_cents) AS sold_cents, 0 AS returned_cents
      FROM members_purchase
      WHERE member_id IS NOT NULL AND {whose}
      GROUP BY member_id, store_id, channel, business_on
      UNION ALL
      SELECT member_id, {month} AS month, store_id, channel, NULL, 0, 0, 0, SUM(total_cents)
      FROM {returns} AS given_back
      WHERE member_id IS NOT NULL AND {whose}
      GROUP BY member_id, store_id, channel, business_on) AS by_day
GROUP BY member_id, month, store_id, channel
"""

_MEMBER_CATEGORIES = """
INSERT INTO analytics_membercategory (member_id, month, category, receipts, revenue_cents)
SELECT member_id, month, category, SUM(receipts), SUM(cents)
FROM (SELECT member_id, {month} AS month, category, COUNT(*) AS receipts, SUM(cents) AS cents
      FROM (SELECT sale.id, member_id, business_on, category, SUM(amount_cents) AS cents
            FROM members_purchase AS sale
            JOIN members_purchaseline AS line ON line.purchase_id = sale.id
            WHERE member_id IS NOT NULL AND category <> '' AND {whose}
            GROUP BY sale.id, member_id, business_on, category) AS by_receipt
      GROUP BY member_id, {month}, category
      UNION ALL
      SELECT member_id, {month} AS month, category, 0, -SUM(back.amount_cents)
      FROM {returns} AS given_back
      JOIN members_returnline AS back ON back.returned_id = given_back.return_id
      JOIN members_purchaseline AS line ON line.id = back.line_id
      WHERE member_id IS NOT NULL AND category <> '' AND {whose}
      GROUP BY member_id, {month}, category) AS told
GROUP BY member_id, month, category
"""

_STORE_DAYS = """
INSERT INTO analytics_storeday (store_id, channel, day, receipts, revenue_cents, returned_cents,
                                member_receipts, member_revenue_cents)
SELECT store_id, channel, business_on, SUM(receipts), SUM(cents), SUM(returned_cents),
       SUM(CASE WHEN member_id IS NULL THEN 0 ELSE receipts END),
       SUM(CASE WHEN member_id IS NULL THEN 0 ELSE cents END)
FROM (SELECT store_id, channel, business_on, member_id, 1 AS receipts, total_cents AS cents,
             0 AS returned_cents
      FROM members_purchase WHERE {which}
      UNION ALL
      SELECT store_id, channel, business_on, member_id, 0, -total_cents, total_cents
      FROM {returns} AS given_back WHERE {which}) AS sold
GROUP BY store_id, channel, business_on
"""

_POINTS_DAY = """
INSERT INTO analytics_pointsday (wallet_id, day, kind, source, destination, points)
SELECT account.wallet_id, {day}, entry.kind, movement.source, movement.destination,
       SUM(movement.points)
FROM ledger_entry AS entry
JOIN ledger_movement AS movement ON movement.entry_id = entry.id
JOIN ledger_account AS account ON account.id = entry.account_id
WHERE entry.occurred_at >= {start} AND entry.occurred_at <= {end}
  AND CASE WHEN entry.kind IN ('ACTIVATE', 'CANCEL', 'EXPIRE', 'LAPSE') AND entry.key IS NULL
           THEN entry.occurred_at > {start} ELSE entry.occurred_at < {end} END
GROUP BY account.wallet_id, entry.kind, movement.source, movement.destination
"""

_POINTS_VINTAGES = """
INSERT INTO analytics_pointsvintage (wallet_id, day, issued_month, recorded_month, kind,
                                     source, destination, points)
SELECT wallet_id, {day}, {issued_month}, {recorded_month}, kind, source, destination, SUM(points)
FROM (SELECT account.wallet_id, {earned_on} AS earned_on, {recorded_on} AS recorded_on,
             entry.kind, movement.source, movement.destination, movement.points
      FROM ledger_entry AS entry
      JOIN ledger_movement AS movement ON movement.entry_id = entry.id
      JOIN ledger_lot AS lot ON lot.id = movement.lot_id
      JOIN ledger_account AS account ON account.id = entry.account_id
      WHERE entry.occurred_at >= {start} AND entry.occurred_at <= {end}
        AND CASE WHEN entry.kind IN ('ACTIVATE', 'CANCEL', 'EXPIRE', 'LAPSE') AND entry.key IS NULL
                 THEN entry.occurred_at > {start} ELSE entry.occurred_at < {end} END
        AND (movement.source IN ('issued', 'redeemed')
             OR movement.destination IN ('redeemed', 'expired', 'removed', 'debt'))) AS moved
GROUP BY wallet_id, {issued_month}, {recorded_month}, kind, source, destination
"""

_POINTS_MONTHS = """
INSERT INTO analytics_pointsmonth (account_id, wallet_id, member_id, month, earned_on,
                                   earned_days, redeemed_on, redeemed_days, redemptions)
SELECT account_id, wallet_id, member_id, month,
       MIN(CASE WHEN earned > 0 THEN day END), SUM(CASE WHEN earned > 0 THEN day_bit ELSE 0 END),
       MIN(CASE WHEN redeemed > 0 THEN day END),
       SUM(CASE WHEN redeemed > 0 THEN day_bit ELSE 0 END), SUM(redeemed)
FROM (SELECT account_id, wallet_id, member_id, {month} AS month, day,
             1 << ({day_of_month} - 1) AS day_bit,
             SUM(earned) AS earned, SUM(redeemed) AS redeemed
      FROM {entries} AS entries
      GROUP BY account_id, wallet_id, member_id, day) AS by_day
GROUP BY account_id, wallet_id, member_id, month
"""

_DEALT = """
SELECT DISTINCT account_id FROM ledger_entry
WHERE kind IN ('EARN', 'REDEEM', 'CAPTURE')
  AND occurred_at >= {start} AND occurred_at < {end}
"""


def count_all_purchases() -> int:
    """Count every fact of purchases from nothing. Returns the rows written."""
    for fact in (MemberFact, MemberMonth, MemberCategory, StoreDay):
        fact.objects.all().delete()
    return (
        execute(_member_facts(EVERYTHING))
        + execute(_member_months(EVERYTHING))
        + execute(_member_categories(EVERYTHING))
        + execute(_store_days(EVERYTHING))
    )


def count_members(member_ids: Sequence[int]) -> None:
    """Count again what these members bought, ever."""
    for some in _blocks(member_ids):
        whose = compose("member_id IN {some}", {"some": some})
        execute(compose("DELETE FROM analytics_memberfact WHERE {whose}", {"whose": whose}))
        execute(_member_facts(whose))


def count_month(month: date, member_ids: Sequence[int]) -> None:
    """Count again what these members bought in this month."""
    for some in _blocks(member_ids):
        counted = compose(
            "month = {month} AND member_id IN {some}", {"month": month, "some": some}
        )
        execute(compose("DELETE FROM analytics_membermonth WHERE {these}", {"these": counted}))
        execute(compose("DELETE FROM analytics_membercategory WHERE {these}", {"these": counted}))
        whose = compose(
            "member_id IN {some} AND business_on >= {first} AND business_on <= {last}",
            {"some": some, "first": month, "last": month_end(month)},
        )
        execute(_member_months(whose))
        execute(_member_categories(whose))


def count_store_day(day: date) -> None:
    """Count again the receipts of all stores on this business day."""
    StoreDay.objects.filter(day=day).delete()
    execute(_store_days(compose("business_on = {day}", {"day": day})))


def count_points_day(day: date, zone: ZoneInfo) -> None:
    """Count again the points that moved on this business day, and of which months they were."""
    for fact in (PointsDay, PointsVintage):
        fact._default_manager.filter(day=day).delete()
    bounds = {**_bounds_of(day, day, zone), "day": day}
    execute(compose(_POINTS_DAY, bounds))
    months = {
        "earned_on": Query(expressions.day_in_zone("lot.earned_at"), (zone.key,)),
        "recorded_on": Query(expressions.day_in_zone("entry.recorded_at"), (zone.key,)),
        "issued_month": Query(expressions.month_of("earned_on")),
        "recorded_month": Query(expressions.month_of("recorded_on")),
    }
    execute(compose(_POINTS_VINTAGES, {**bounds, **months}))


def count_points_months(days: Sequence[date], zone: ZoneInfo) -> None:
    """Count again the months of the accounts in which points were given or spent on these days."""
    dealt: dict[date, set[int]] = defaultdict(set)
    for day in days:
        bounds = _bounds_of(day, day, zone)
        dealt[month_start(day)] |= {row[0] for row in get_rows(compose(_DEALT, bounds))}
    for month, account_ids in sorted(dealt.items()):
        for some in _blocks(account_ids):
            PointsMonth.objects.filter(month=month, account_id__in=as_subquery(some)).delete()
            bounds = _bounds_of(month, month_end(month), zone)
            which = compose(_OF_ACCOUNTS, {**bounds, "some": some})
            execute(_points_months(which, zone))


def count_all_points_months(zone: ZoneInfo) -> None:
    """Count the months of all accounts from nothing."""
    PointsMonth.objects.all().delete()
    execute(_points_months(EVERYTHING, zone))


def _bounds_of(first: date, last: date, zone: ZoneInfo) -> dict[str, Part]:
    return {
        "start": zones.start_of_day(day=first, zone=zone),
        "end": zones.end_of_day(day=last, zone=zone),
    }


def _points_months(which: Query, zone: ZoneInfo) -> Query:
    parts = {
        "month": Query(expressions.month_of("day")),
        "day_of_month": Query(expressions.day_of_month("day")),
        "entries": dealings.entries(which, zone=zone),
    }
    return compose(_POINTS_MONTHS, parts)


def _member_facts(whose: Query) -> Query:
    month = Query(expressions.month_of("MIN(business_on)"))
    return compose(_MEMBER_FACTS, {"month": month, "whose": whose, "returns": RETURNED})


def _member_months(whose: Query) -> Query:
    parts = {
        "month": Query(expressions.month_of("business_on")),
        "day_of_month": Query(expressions.day_of_month("business_on")),
        "whose": whose,
        "returns": RETURNED,
    }
    return compose(_MEMBER_MONTHS, parts)


def _member_categories(whose: Query) -> Query:
    month = Query(expressions.month_of("business_on"))
    return compose(_MEMBER_CATEGORIES, {"month": month, "whose": whose, "returns": RETURNED})


def _store_days(which: Query) -> Query:
    return compose(_STORE_DAYS, {"which": which, "returns": RETURNED})


def _blocks(numbers: Collection[int]) -> Iterator[Query]:
    waiting = iter(sorted(numbers))
    while block := list(islice(waiting, _AT_ONCE)):
        yield listed(block)
