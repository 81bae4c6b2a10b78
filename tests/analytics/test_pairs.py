"""Pairs of categories, against a plain computation that shares no code."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import facts, pairs
from analytics.measures.registry import get_measure
from analytics.models import MeasureSettings
from analytics.pairs import Pair
from analytics.periods import Period, day
from analytics.scopes import Cut, get_scope
from tests.analytics.builders import NOW, Sold, make_members, make_programme, scope, sell
from tests.analytics.test_facts import undone

pytestmark = pytest.mark.django_db

START = date(2026, 1, 20)
CATEGORIES = ("Tea", "cake", "coffee", "éclairs")
sales = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 60),
        st.lists(st.sampled_from(["", *CATEGORIES]), max_size=3),
    ),
    max_size=20,
)
periods = st.one_of(
    st.just(Period(date(2026, 2, 1), date(2026, 2, 28))),
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda ends: Period(START + timedelta(ends[0]), START + timedelta(sum(ends)))
    ),
)


def plainly(told: list[Any], period: Period, percent: int) -> tuple[int, list[tuple[Any, ...]]]:
    """Buyers, and each pair that reaches the support: both, first, second, the best lift first."""
    bought = defaultdict(set)
    for who, on, categories in told:
        if period.first <= START + timedelta(on) <= period.last:
            for category in filter(None, categories):
                bought[category].add(who)
    buyers = set().union(*bought.values())
    found = []
    for first, second in combinations(sorted(bought), 2):
        both = len(bought[first] & bought[second])
        if both and both * 100 >= percent * len(buyers):
            lift = Fraction(both * len(buyers), len(bought[first]) * len(bought[second]))
            found.append((-lift, -both, first, second))
    return len(buyers), sorted(found)


@settings(max_examples=40, deadline=None)
@given(told=sales, period=periods, percent=st.sampled_from([1, 40, 100]))
def test_pairs_agree_for_months_and_for_any_range(
    told: list[Any], period: Period, percent: int
) -> None:
    with undone():
        make_programme()
        members = list(make_members(list("abcde")).values())
        MeasureSettings.objects.create(pk=1, pair_support_percent=percent)
        sell(
            Sold(members[who], START + timedelta(on), 900, lines=tuple((c, 300) for c in lines))
            for who, on, lines in told
        )
        facts.refresh(at=NOW)
        asked = get_scope(period=period, at=NOW)

        found = pairs.find(asked)

        told_of = [(-pair.lift, -pair.members, pair.first, pair.second) for pair in found.pairs]
        assert (found.buyers, told_of) == plainly(told, period, percent)
        measure = get_measure(code="cross_sell_pairs")
        assert measure.drill(asked).get_total() == measure.compute(asked).numerator


class TestPairs:
    def test_are_of_the_members_that_a_cut_leaves(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        ada.source = "friend"
        ada.save()
        lines = (("coffee", 300), ("cake", 400))
        sell(
            [
                Sold(ada, day("2026-02-02"), 700, lines=lines),
                Sold(bea, day("2026-02-03"), 300, lines=lines[:1]),
            ]
        )
        facts.refresh(at=NOW)

        told = scope("2026-02-01", "2026-02-28", cut=Cut(source="friend"))

        assert pairs.get_pairs(told) == [Pair("cake", "coffee", 1, 1, 1, 1)]

    def test_are_not_available_where_none_reaches_the_least_support(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, day("2026-02-02"), 700, lines=(("coffee", 700),))])
        facts.refresh(at=NOW)

        figure = get_measure(code="cross_sell_pairs").compute(scope("2026-02-01", "2026-02-28"))

        assert (figure.value, figure.numerator, figure.denominator) == (None, 0, 1)
        assert figure.columns["pairs"].value == 0
