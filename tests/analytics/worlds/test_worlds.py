"""Facts and measures of worlds in which everything happens, against their raw rows.

The suite lives a few worlds, `make worlds` as many as you ask for. What fails prints its seed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from analytics import facts
from analytics.figures import Figure
from analytics.measures.registry import get_measure, get_measures
from analytics.periods import Period, month_end
from analytics.scopes import Cut, Scope, get_scope
from tests.analytics import naive
from tests.analytics.test_facts import all_facts
from tests.analytics.worlds import telling
from tests.analytics.worlds.happening import DAYS, KINDS, SOURCES, START, World
from tests.analytics.worlds.plain import Asked, Plain

pytestmark = pytest.mark.django_db

WORLDS = int(os.environ.get("WORLDS", "2"))
FIRST = int(os.environ.get("WORLDS_SEED", "3"))
STEPS = 70
PERIODS = 3


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WORLDS))
def test_every_measure_says_what_the_raw_rows_say(seed: int) -> None:
    world = World(seed)
    world.live(STEPS)
    facts.refresh(at=world.at)
    counted = all_facts()

    facts.rebuild(at=world.at)
    assert all_facts() == counted
    raw = telling.read()
    for period in periods(world):
        for words in cuts(world):
            told = {"store_id" if name == "store" else name: it for name, it in words.items()}
            scope = get_scope(period=period, at=world.at, cut=Cut(**told))
            with said(seed, period, words):
                must_agree(scope, Plain(raw, asked(scope, words)))
                must_add_up(scope)


def must_agree(scope: Scope, plain: Plain) -> None:
    told = plain.of_purchases(scope.lost_after_days) | plain.of_programme()
    told["participation_rate"] = plain.participation()
    for code, expected in told.items():
        if get_measure(code=code).allows(scope.cut):
            found = figure(code, scope)
            assert (found.value, found.numerator, found.denominator) == expected, code
    must_agree_beside(scope, plain)


def must_agree_beside(scope: Scope, plain: Plain) -> None:
    """What is shown beside a figure."""
    active = beside("active_members", scope)
    assert active == plain.rolling()
    gap, now = figure("median_gap_days", scope), plain.asked.now
    assert gap.value == naive.median_gap(plain.sales, now, merged=False)
    assert beside("median_gap_days", scope) == {
        "distinct_days": naive.median_gap(plain.sales, now, merged=True)
    }
    for code, expected in plain.before_returns().items():
        [gross] = [it for name, it in beside(code, scope).items() if "before_returns" in name]
        assert gross == expected, code
    best = beside("pareto_share", scope)
    assert best["share_making_80"] == naive.members_making_80(plain.sales, plain.back, now)
    assert list(beside("loyalty_funnel", scope).values()) == plain.funnel()
    if get_measure(code="participation_rate").allows(scope.cut):
        by_revenue = tuple(beside("participation_rate", scope).values())
        assert by_revenue == plain.participation_by_revenue()
    if get_measure(code="enrolments").allows(scope.cut):
        assert beside("enrolments", scope)["closed"] == plain.closed()
    if get_measure(code="tier_moves").allows(scope.cut):
        assert beside("tier_distribution", scope) == plain.tiers()
        matrix = beside("tier_moves", scope)
        moves = matrix.pop("up") + matrix.pop("down")
        assert (matrix, moves) == (plain.matrix(), len(plain.moved()))


def must_add_up(scope: Scope) -> None:
    """The rows behind every measure are exactly its numerator."""
    for code, measure in get_measures().items():
        if measure.allows(scope.cut):
            total = measure.drill(scope).get_total()
            assert total == measure.compute(scope).numerator, f"rows of {code}"


def figure(code: str, scope: Scope) -> Figure:
    return get_measure(code=code).compute(scope)


def beside(code: str, scope: Scope) -> dict[str, Any]:
    return {name: column.value for name, column in figure(code, scope).columns.items()}


def asked(scope: Scope, words: dict[str, Any]) -> Asked:
    return Asked(
        scope.period.first, scope.period.last, scope.today, scope.start_at, scope.end_at, words
    )


def periods(world: World) -> Iterator[Period]:
    """A whole month, quarter, half or year; the one that is not over; and any days."""
    random, year = world.random, world.random.choice([2025, 2026])
    months = random.choice([1, 3, 6, 12])
    first = date(year, random.randrange(1, 13, months), 1)
    yield Period(first, month_end(first + timedelta(31 * (months - 1))))
    yield Period(world.today.replace(day=1), month_end(world.today))
    start = START + timedelta(random.randint(-20, DAYS))
    yield Period(start, start + timedelta(random.randint(0, 200)))


def cuts(world: World) -> Iterator[dict[str, Any]]:
    """The whole, half of the ways of cutting, each alone, two at once, and all."""
    random = world.random
    ways: dict[str, Any] = {
        "store": random.choice(world.stores[:2]).pk,
        "channel": random.choice(["store", "web"]),
        "tier": random.choice(["", "silver", "gold"]),
        "segment": "vip",
        "kind": random.choice(KINDS),
        "enrolled": date(2025, random.randint(1, 6), 1),
        "source": random.choice(SOURCES),
        "value": random.choice(["BEST", "REST"]),
    }
    yield {}
    yield from (dict([way]) for way in random.sample(list(ways.items()), len(ways) // 2))
    yield dict(random.sample(list(ways.items()), 2))
    yield ways


@contextmanager
def said(seed: int, period: Period, words: dict[str, Any]) -> Iterator[None]:
    """Say which world, period and cut it was, where something does not hold."""
    try:
        yield
    except AssertionError as wrong:
        wrong.add_note(f"WORLDS_SEED={seed} {period.first} – {period.last} {words}")
        raise
