"""B7: what a new day costs in measures, what counting all again costs, and a page of figures."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import log
from typing import Any

from django.db import connection

from benchmarks import crowd, databases, scene
from benchmarks.harness import Comparison, Count, Report, Side, Twin, compare, run_side
from benchmarks.run import Run

MEMBERS, PURCHASES = 1_000_000, 10_000_000
PURCHASES_OF_A_MEMBER, SMALLEST = 10, 100_000
DAYS = 730
PAGES = 4
GOAL_OF_A_DAY, GOAL_OF_A_REFRESH, GOAL_OF_A_PAGE = 0.01, 0.05, 10.0
GOAL_OF_AN_EXPONENT, MOST_STATEMENTS = 1.05, 15
PAGE, EMPTY = "/desk/measures/chapters/retention/", "/benchmarks/page"
FACTS = (
    "analytics_memberfact", "analytics_membermonth", "analytics_membercategory",
    "analytics_storeday", "analytics_pointsday",
)  # fmt: skip

_NEW_DAY = """
INSERT INTO members_purchase (public_id, client, till, channel, receipt, key, occurred_at,
    business_on, recorded_at, total_cents, returned_cents, tax_cents, points, award, facts,
    payments, is_historic, member_id, store_id, tier_id)
SELECT 'pur_' || left(md5(%(at)s || key), 26), client, till, channel, receipt,
    left(%(at)s || key, 255), %(at)s, %(day)s, %(at)s, total_cents, 0, 0, points, award, facts,
    payments, is_historic, member_id, store_id, tier_id
FROM members_purchase WHERE id > %(after)s ORDER BY id LIMIT %(count)s
"""
_CHANGES = """
INSERT INTO events_change (topic, subject, day)
SELECT DISTINCT 'purchases', member_id, business_on FROM members_purchase WHERE business_on = %s
"""
# What there is to know, read as quickly as it can be, and written nowhere.
_PLAIN = """
WITH months AS MATERIALIZED (
    SELECT member_id, date_trunc('month', business_on) AS month, store_id, channel,
        count(*) AS receipts, sum(total_cents) AS cents, min(occurred_at) AS first_at,
        max(occurred_at) AS last_at, bit_or(1 << extract(day FROM business_on)::int - 1) AS days
    FROM members_purchase WHERE member_id IS NOT NULL GROUP BY 1, 2, 3, 4)
SELECT (SELECT count(*) FROM months),
    (SELECT count(*) FROM (SELECT member_id, min(first_at), max(last_at), sum(receipts),
        sum(cents) FROM months GROUP BY 1) members),
    (SELECT count(*) FROM (SELECT store_id, channel, business_on, count(*), sum(total_cents)
        FROM members_purchase GROUP BY 1, 2, 3) days)
"""
_TOLD = """
SELECT md5(string_agg(one, ',' ORDER BY one))
FROM (SELECT md5((to_jsonb(fact) - 'id')::text) AS one FROM {table} fact) rows
"""


def measure(run: Run) -> Report:
    """Sell for some more days and count them, count everything again, and open a page."""
    large = max(run.scaled(PURCHASES), PURCHASES_OF_A_MEMBER)
    small = max(min(SMALLEST, large // 10), PURCHASES_OF_A_MEMBER)
    title = f"measures, {large // PURCHASES_OF_A_MEMBER:,} members, {large:,} purchases"
    report = Report(code="B7", title=title)
    run.cluster.create("b7")
    databases.migrate("b7")
    for name, purchases in (("b7-small", small), ("b7-large", large)):
        build(run, name, purchases=purchases)
        add_page(run, report, name, purchases)
    add_rounds(run, report, small=small, large=large)
    return report


def build(run: Run, name: str, *, purchases: int) -> None:
    """Make a shop with two years behind it, and count it once."""
    from django.utils import timezone

    from analytics import facts

    databases.use(databases.copy(run.cluster, "b7", to=name))
    scene.set_up(at=timezone.now())
    crowd.gather(members=purchases // PURCHASES_OF_A_MEMBER, purchases=purchases, has_points=False)
    run.cluster.freeze(name)
    facts.rebuild(at=timezone.now())
    tidy()
    run.cluster.rest()


class Days:
    """One more day after another, each with as many sales as any of the two years had."""

    def __init__(self, *, purchases: int) -> None:
        from django.utils import timezone

        self.at: datetime = timezone.now()
        self.began_at = self.at
        self.purchases = purchases

    def sell(self, number: int) -> None:
        """Let a day be sold, with the changes that sales leave; nothing is counted yet."""
        databases.use("b7-large")
        self.at += timedelta(days=1)
        told: dict[str, Any] = {
            "at": self.at, "day": self.at.date(), "count": max(self.purchases // DAYS, 1),
            "after": number * 7919 % self.purchases // 2,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(_NEW_DAY, told)
            cursor.execute(_CHANGES, [self.at.date()])
            cursor.execute("RESET session_replication_role")
        tidy()

    def refresh(self, _number: int) -> int:
        from analytics import facts

        facts.refresh(at=self.at)
        return 1

    def rebuild(self, _number: int) -> int:
        from analytics import facts

        facts.rebuild(at=self.at)
        return 1

    def compute(self, _number: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_PLAIN)
            cursor.fetchall()
        return 1


def add_rounds(run: Run, report: Report, *, small: int, large: int) -> None:
    """Count a new day, then everything, at once and by itself: one round serves all three ratios.

    A round is the dearest thing measured here, so none of its costs is found out twice.
    """
    databases.use("b7-large")
    asked = keep_figures()
    days = Days(purchases=large)
    day, refresh, growth = _make_comparisons(small=small, large=large)
    is_same = True
    for number in range(run.rounds + 1):
        sold = run_side(Side("", days.refresh, days.sell), number=number, meter=run.meter)
        if not number:
            # Before everything is counted again, after which no figure holds.
            report.twins.append(check_figures(asked, days))
        refreshed = get_told()
        everything = run_side(Side("", days.rebuild, _tidying), number=number, meter=run.meter)
        is_same &= refreshed == get_told()
        plain = run_side(Side("", days.compute), number=number, meter=run.meter)
        little = run_side(_rebuild_of("b7-small", small), number=number, meter=run.meter)
        if number:
            day.rounds.append((sold, everything))
            refresh.rounds.append((sold, plain))
            growth.rounds.append((everything.per(large), little))
    report.comparisons += [day, refresh, growth]
    says = "what was counted day by day is what is counted at once, bit for bit"
    report.twins.append(Twin("facts", says, is_same))
    exponent = 1 + log(growth.ratio) / log(large / small)
    report.notes.append(f"exponent of a rebuild: {exponent:.2f} (goal {GOAL_OF_AN_EXPONENT})")


def _make_comparisons(*, small: int, large: int) -> tuple[Comparison, Comparison, Comparison]:
    """A new day against everything; against one statement; and everything by its size."""
    day = Comparison(
        "day", "CPU of counting one new day against counting everything again",
        "one new day", "everything", GOAL_OF_A_DAY,
    )  # fmt: skip
    refresh = Comparison(
        "refresh", "CPU of a refresh against the fastest full computation",
        "one new day", "one statement", GOAL_OF_A_REFRESH,
    )  # fmt: skip
    growth = Comparison(
        "growth", "CPU of a rebuild for each purchase, large against small",
        f"{large:,} purchases", f"{small:,} purchases",
        (large / small) ** (GOAL_OF_AN_EXPONENT - 1),
    )  # fmt: skip
    return day, refresh, growth


def _tidying(_number: int) -> None:
    tidy()


def _rebuild_of(name: str, purchases: int) -> Side:
    def work(_number: int) -> int:
        from django.utils import timezone

        from analytics import facts

        facts.rebuild(at=timezone.now())
        return purchases

    def prepare(_number: int) -> None:
        databases.use(name)
        tidy()

    return Side(f"{purchases:,} purchases", work, prepare)


def add_page(run: Run, report: Report, name: str, purchases: int) -> None:
    """Measure a chapter of measures against a page of the desk with nothing on it."""
    from django.test.utils import CaptureQueriesContext

    databases.use(name)
    get = _make_reader()
    get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        get(PAGE)
    says = f"statements of a page, {purchases:,} purchases"
    report.counts.append(Count(f"statements-{name}", says, len(asked), MOST_STATEMENTS))
    sides = (Side("a chapter", _opening(get, PAGE)), Side("an empty page", _opening(get, EMPTY)))
    says = f"CPU of a page of measures, {purchases:,} purchases"
    report.comparisons.append(_compare(run, f"page-{name}", says, sides, GOAL_OF_A_PAGE))


def keep_figures() -> list[Any]:
    """Have the figures of the month before kept, and return which those are."""
    from django.utils import timezone

    from analytics import keeping
    from analytics.measures.registry import get_measures
    from analytics.periods import DAY, Period, month_start

    at = timezone.now()
    last = month_start(at.date()) - DAY
    period = Period(month_start(last), last)
    asked = [keeping.Asked(code, period) for code in get_measures()]
    keeping.keep(asked=asked, at=at)
    return asked


def check_figures(asked: list[Any], days: "Days") -> Twin:
    """Compute anew what was kept before the days were sold; of facts alone nothing was since."""
    from dataclasses import replace

    from analytics import keeping
    from analytics.measures.registry import get_measures
    from analytics.scopes import get_scope

    databases.use("b7-large")
    scope = replace(get_scope(period=asked[0].period, at=days.at), cut=asked[0].cut)
    kept = keeping.get(asked=asked, at=days.at)
    measures = get_measures()
    is_right = all(
        kept[one].figure == measures[one.code].compute(scope)
        and (not measures[one.code].is_of_facts or kept[one].computed_at < days.began_at)
        for one in asked
    )
    says = "figures kept before are what they come to anew; those of facts were not computed again"
    return Twin("figures", says, is_right)


def get_told() -> list[Any]:
    with connection.cursor() as cursor:
        told = []
        for table in FACTS:
            cursor.execute(_TOLD.format(table=table))
            told.append(cursor.fetchone())
        return told


def tidy() -> None:
    """Leave no dead rows of the round before to whoever comes next."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(FACTS)}, events_change")


def _make_reader() -> Callable[[str], Any]:
    from django.test import Client

    from loyalty.identity.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_superuser(email="boss@bench.example", password="x"))

    def get(path: str) -> Any:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer

    return get


def _opening(get: Callable[[str], Any], path: str) -> Callable[[int], int]:
    def work(_number: int) -> int:
        for _time in range(PAGES):
            get(path)
        return PAGES

    return work


def _compare(run: Run, code: str, says: str, sides: tuple[Side, Side], goal: float) -> Comparison:
    left, right = sides
    comparison = Comparison(code=code, says=says, left=left.name, right=right.name, goal=goal)
    return compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
