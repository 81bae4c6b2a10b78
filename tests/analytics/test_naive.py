"""Facts and measures against a plain computation over raw receipts that shares no code."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import cohorts, facts, rfm
from analytics.measures.registry import get_measure
from analytics.periods import Period, month_end
from analytics.scopes import Cut, Scope, get_scope
from tests.analytics import naive
from tests.analytics.builders import (
    PARIS,
    Sold,
    give_back,
    make_members,
    make_programme,
    make_stores,
    sell,
)
from tests.analytics.test_facts import undone

pytestmark = pytest.mark.django_db

START = date(2025, 11, 10)
NAMES = ("7", "10", "9", "x", "100", "8")

sales = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 130),
        st.integers(0, 9_999),
        st.sampled_from(["lyon", "nice"]),
        st.sampled_from(["store", "web"]),
        # What came back of it, in percent, so many days later, in which store: if anything.
        st.one_of(
            st.none(),
            st.tuples(st.integers(1, 100), st.integers(0, 60), st.sampled_from(["lyon", "nice"])),
        ),
    ),
    max_size=30,
)
months = st.integers(0, 3).map(
    lambda n: ("2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01")[n]
)
periods = st.one_of(
    months.map(date.fromisoformat).map(lambda first: Period(first, month_end(first))),
    st.just(Period(date(2026, 1, 1), date(2026, 3, 31))),
    st.just(Period(date(2025, 11, 1), date(2026, 1, 31))),
    st.tuples(st.integers(0, 120), st.integers(0, 70)).map(
        lambda ends: Period(
            START + timedelta(ends[0]), START + timedelta(ends[0]) + timedelta(ends[1])
        )
    ),
)
cuts = st.sampled_from([(None, None), ("lyon", None), (None, "web"), ("nice", "store")])


class Scene:
    """Some receipts as rows and facts, and the same as a list."""

    def __init__(self, told: list[Any], period: Period, today: date, cut: Any) -> None:
        make_programme()
        stores = {store.code: store for store in make_stores("lyon", "nice")}
        members = list(make_members(NAMES).values())
        told = [one for one in told if START + timedelta(one[1]) <= today]
        bought = sell(
            Sold(members[who], START + timedelta(on), cents, stores[where], channel)
            for who, on, cents, where, channel, _ in told
        )
        back = [
            (who, START + timedelta(one[1] + back[1]), one[2] * back[0] // 100, back[2], how, sold)
            for sold, one in zip(bought, told, strict=True)
            for who, how, back in [(one[0], one[4], one[5])]
            if back and START + timedelta(one[1] + back[1]) <= today
        ]
        for _, on, cents, where, how, sold in back:
            give_back(sold, cents, on, store=stores[where], channel=how)
        store, channel = cut
        at = datetime.combine(today, time(22), tzinfo=PARIS)
        facts.refresh(at=at)
        self.scope: Scope = get_scope(
            period=period, at=at, cut=Cut(stores[store].pk if store else None, channel)
        )
        self.everywhere = [
            naive.Receipt(who, START + timedelta(on), cents) for who, on, cents, *_ in told
        ]
        self.receipts = [
            naive.Receipt(who, START + timedelta(on), cents)
            for who, on, cents, where, how, _ in told
            if store in (None, where) and channel in (None, how)
        ]
        self.returned = [
            naive.Returned(who, on, cents)
            for who, on, cents, where, how, _ in back
            if store in (None, where) and channel in (None, how)
        ]
        self.now = (period.first, period.last)
        self.today = today

    def expected(self) -> dict[str, tuple[Fraction | int | None, int, int | None]]:
        before = naive.before(*self.now, self.today)
        last = min(self.now[1], self.today)
        return {
            **naive.retention(self.receipts, self.everywhere, self.now, before),
            **naive.sales(self.receipts, self.returned, self.now),
            **naive.to_date(self.receipts, self.returned, last, self.scope.lost_after_days),
        }


@settings(max_examples=50, deadline=None)
@given(told=sales, period=periods, days=st.integers(60, 200), cut=cuts)
def test_every_measure_of_purchases_agrees(
    told: list[Any], period: Period, days: int, cut: Any
) -> None:
    with undone():
        scene = Scene(told, period, START + timedelta(days), cut)

        for code, expected in scene.expected().items():
            figure = get_measure(code=code).compute(scene.scope)
            assert (figure.value, figure.numerator, figure.denominator) == expected, code
        gap = get_measure(code="median_gap_days").compute(scene.scope)
        assert gap.value == naive.median_gap(scene.receipts, scene.now, merged=False)
        assert gap.columns["distinct_days"].value == naive.median_gap(
            scene.receipts, scene.now, merged=True
        )
        best = get_measure(code="pareto_share").compute(scene.scope)
        assert best.columns["share_making_80"].value == naive.members_making_80(
            scene.receipts, scene.returned, scene.now
        )


@settings(max_examples=25, deadline=None)
@given(told=sales, days=st.integers(0, 150), cut=cuts)
def test_cohorts_agree(told: list[Any], days: int, cut: Any) -> None:
    with undone():
        until = START + timedelta(days)
        scene = Scene(told, Period(until, until), START + timedelta(200), cut)

        found = cohorts.get_cohorts(scope=scene.scope)

        assert found == naive.cohorts(scene.receipts, scene.everywhere, until)


@settings(max_examples=25, deadline=None)
@given(told=sales, days=st.integers(0, 150))
def test_scores_by_groups_of_equal_size_agree(told: list[Any], days: int) -> None:
    with undone():
        last = START + timedelta(days)
        scene = Scene(told, Period(last, last), START + timedelta(200), (None, None))

        found = rfm.get_members(scene.scope, rfm.Scoring.NTILE)

        numbers = {who: (int(name) if name.isdigit() else 0) for who, name in enumerate(NAMES)}
        expected = naive.rfm_by_ntile(scene.receipts, scene.returned, last, numbers.get)
        assert found == {NAMES[who]: score for who, score in expected.items()}
