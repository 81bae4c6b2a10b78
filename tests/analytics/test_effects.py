"""What campaigns changed: exactly; and as often right as an interval promises."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from analytics import effects, facts, welch
from analytics.measures.registry import get_measure
from analytics.models import MoneySettings
from analytics.periods import Period, day
from analytics.queries import get_rows
from analytics.scopes import Scope, get_scope
from analytics.welch import Sample
from loyalty.core import zones
from loyalty.programmes.campaigns import is_held_out
from loyalty.programmes.models import Campaign, Segment
from members import segmenting
from members.models import Member
from tests.analytics.builders import (
    NOW,
    PARIS,
    Sold,
    enter_costs,
    give_back,
    make_members,
    make_programme,
    sell,
)

FIRST, LAST = day("2026-09-21"), day("2026-10-11")
OCTOBER = Period(day("2026-10-01"), day("2026-10-31"))


def campaign(code: str, **said: object) -> Campaign:
    told = {
        "starts_at": zones.start_of_day(day=FIRST, zone=PARIS),
        "ends_at": zones.end_of_day(day=LAST, zone=PARIS),
        "holdout_percent": 50, "target": 1, "budget_points": 1,
    } | said  # fmt: skip
    return Campaign.objects.create(code=code, name_fr=code, name_en=code, **told)


def scope(period: Period = OCTOBER, at: datetime = NOW) -> Scope:
    return get_scope(period=period, at=at)


def shop(code: str) -> dict[bool, list[Member]]:
    """Forty members, by whether they are held out of a campaign."""
    names = [f"m{number}" for number in range(40)]
    sides: dict[bool, list[Member]] = {True: [], False: []}
    for name, member in make_members(names).items():
        member.public_id = f"mem_{name}"
        member.save()
        sides[is_held_out(campaign=code, member=member.public_id, percent=50)].append(member)
    return sides


@pytest.mark.django_db
class TestFromFacts:
    def test_compares_all_of_both_sides_in_the_days_that_are_of_both(self) -> None:
        make_programme()
        campaign("autumn")
        sides = shop("autumn")
        treated, held_out = sides[False], sides[True]
        sell(Sold(one, day("2026-09-25"), 99_900) for one in treated)
        sell(Sold(one, day("2026-10-12"), 99_900) for one in treated)
        (first, *_) = sell(Sold(one, day("2026-10-11"), 2_000) for one in treated[:10])
        sell(Sold(one, day("2026-10-01"), 500) for one in held_out[:6])
        give_back(first, 1_500, day("2026-10-11"))
        facts.refresh(at=NOW)

        measure = get_measure(code="campaign_uplift")
        figure = measure.compute(scope())

        mean = Fraction(18_500, len(treated)) - Fraction(3_000, len(held_out))
        assert figure.value == figure.columns["campaign_autumn"].value == mean
        assert (figure.columns["treated"].value, figure.columns["held_out"].value) == (
            len(treated), len(held_out),
        )  # fmt: skip
        assert measure.drill(scope()).get_total() == figure.numerator == 40
        low, high = (figure.columns[name].value for name in ("low", "high"))
        assert None not in (low, high)
        assert low < mean < high  # type: ignore[operator]

    def test_weighs_campaigns_and_leaves_out_those_that_say_nothing(self) -> None:
        make_programme()
        campaign("autumn")
        campaign("everybody", holdout_percent=0)
        campaign("later", starts_at=NOW + timedelta(1), ends_at=NOW + timedelta(9))
        sides = shop("autumn")
        sell(Sold(one, day("2026-10-05"), 700) for one in sides[False])
        facts.refresh(at=NOW)

        found = effects.get_effect(scope())

        assert list(found.shares) == ["autumn"]
        assert found.incremental_cents == 700 * len(sides[False])

    def test_return_is_their_margin_less_the_cost_over_the_cost(self) -> None:
        make_programme()
        campaign("autumn")
        sides = shop("autumn")
        sell(Sold(one, day("2026-10-05"), 1_000) for one in sides[False])
        enter_costs([("STAFF", "2026-10-01", "2026-10-01", 2_000)])
        facts.refresh(at=NOW)
        measure = get_measure(code="programme_roi")
        unknown = measure.compute(scope())
        MoneySettings.objects.create(pk=1, margin_percent=40)

        figure = measure.compute(scope())
        before = measure.compute(scope(Period(day("2026-08-01"), day("2026-08-31"))))

        margin = 400 * len(sides[False])
        assert (unknown.value, before.value) == (None, None)
        assert figure.columns["incremental_margin"].value == margin
        assert figure.value == Fraction(margin - 2_000, 2_000)
        assert measure.drill(scope()).get_total() == figure.numerator == 2_000


@pytest.mark.django_db
class TestWhoIsCompared:
    """In the shop of `shop`, all of whom the campaign is for."""

    STARTS = zones.start_of_day(day=FIRST, zone=PARIS)

    def test_is_whoever_was_in_its_segment_though_they_left_it_by_buying(self) -> None:
        make_programme()
        lost = Segment.objects.create(code="lost", name_fr="Perdus", name_en="Lost")
        row = campaign("autumn", audience=lost)
        sides = shop("autumn")
        treated, held_out = ([one.pk for one in sides[is_out]] for is_out in (False, True))
        segmenting.assign(code="lost", member_ids=treated + held_out[:-1], at=self.STARTS)
        bought = [*treated[1:], held_out[0]]
        sell(Sold(Member(pk=pk), day("2026-10-05"), 1_000) for pk in bought)
        segmenting.assign(
            code="lost",
            member_ids=[treated[0], *held_out[1:-1]],
            at=datetime(2026, 10, 6, tzinfo=PARIS),
        )
        facts.refresh(at=NOW)

        shares = effects.get_shares(campaign=row, days=OCTOBER, at=NOW)

        assert (shares.treated.count, shares.treated.total) == (
            len(treated), 1_000 * (len(treated) - 1),
        )  # fmt: skip
        assert (shares.held_out.count, shares.held_out.total) == (len(held_out) - 1, 1_000)

    def test_is_nobody_who_was_in_its_segment_before_it_alone_or_after(self) -> None:
        make_programme()
        lost = Segment.objects.create(code="lost", name_fr="Perdus", name_en="Lost")
        row = campaign("autumn", audience=lost)
        before, after = make_members(["before", "after"]).values()
        segmenting.assign(code="lost", member_ids=[before.pk], at=self.STARTS - timedelta(9))
        segmenting.assign(code="lost", member_ids=[], at=self.STARTS)
        segmenting.assign(code="lost", member_ids=[after.pk], at=row.ends_at)

        assert list(effects.audience_of(row, at=NOW)) == []

    def test_is_nobody_twice_who_was_merged_and_whoever_left_since(self) -> None:
        make_programme()
        row = campaign("autumn")
        ada, bea, cleo, dora = make_members(["ada", "bea", "cleo", "dora"]).values()
        Member.objects.filter(pk=bea.pk).update(state="MERGED", merged_into=ada)
        Member.objects.filter(pk=cleo.pk).update(state="CLOSED", closed_at=NOW)
        Member.objects.filter(pk=dora.pk).update(state="CLOSED", closed_at=self.STARTS)

        found = effects.audience_of(row, at=NOW).order_by("pk")

        assert list(found) == [ada, cleo]

    def test_is_the_survivor_of_whoever_was_in_its_segment(self) -> None:
        make_programme()
        lost = Segment.objects.create(code="lost", name_fr="Perdus", name_en="Lost")
        row = campaign("autumn", audience=lost)
        ada, bea = make_members(["ada", "bea"]).values()
        segmenting.assign(code="lost", member_ids=[bea.pk], at=self.STARTS)
        Member.objects.filter(pk=bea.pk).update(state="MERGED", merged_into=ada)

        assert list(effects.audience_of(row, at=NOW)) == [ada]


@pytest.mark.django_db
class TestWhoIsOnWhichSide:
    @pytest.mark.parametrize("percent", [0, 1, 10, 33, 50])
    def test_is_of_each_member_what_they_were_held_out_by(self, percent: int) -> None:
        make_programme()
        members = make_members([f"m{number}" for number in range(300)]).values()
        row = campaign("été-26", holdout_percent=percent)

        found = dict(get_rows(effects.sides(row, at=NOW)))

        assert found == {
            one.pk: is_held_out(campaign="été-26", member=one.public_id, percent=percent)
            for one in members
        }

    def test_is_added_up_to_the_last_cent_in_one_statement(
        self, django_assert_num_queries: Any
    ) -> None:
        """Squares of these sums are beyond what 64 bits hold, and what a float tells apart."""
        make_programme()
        row = campaign("autumn")
        sides = shop("autumn")
        spent = {one: 999_999_999_999 - 7 * one.pk for one in sides[False][:12]}
        spent |= {one: 123_457 + one.pk for one in sides[True][:5]}
        sell(Sold(one, day("2026-10-05"), cents) for one, cents in spent.items())
        (given,) = sell([Sold(sides[True][6], day("2026-09-01"), 700)])
        give_back(given, 650, day("2026-10-06"))
        spent[sides[True][6]] = -650
        facts.refresh(at=NOW)

        with django_assert_num_queries(1):
            shares = effects.get_shares(campaign=row, days=OCTOBER, at=NOW)

        for found, members in ((shares.treated, sides[False]), (shares.held_out, sides[True])):
            cents = [spent.get(one, 0) for one in members]
            assert found == Sample(len(cents), sum(cents), sum(one * one for one in cents))


def sample(cents: np.ndarray) -> Sample:
    whole = [int(one) for one in cents]
    return Sample(len(whole), sum(whole), sum(one * one for one in whole))


def run(chance: np.random.Generator, *, effect: int) -> welch.Difference:
    """One campaign: half buy nothing, the others spend as shoppers do; some see it, few do not."""
    sides = [chance.gamma(1.5, 2_000, size) * (chance.random(size) < 0.5) for size in (400, 120)]
    found = welch.compare(
        first=sample(np.rint(sides[0] + effect)), second=sample(np.rint(sides[1]))
    )
    assert found is not None
    return found


class TestAThousandCampaigns:
    def test_hold_the_truth_in_their_interval_as_often_as_they_promise(self) -> None:
        chance = np.random.default_rng(20_261_201)

        found = [run(chance, effect=350) for _ in range(1_000)]

        assert 930 <= sum(one.low <= 350 <= one.high for one in found) <= 970

    def test_find_an_effect_where_there_is_none_as_seldom_as_they_promise(self) -> None:
        chance = np.random.default_rng(1_947)

        found = [run(chance, effect=0) for _ in range(1_000)]

        assert 30 <= sum(one.p < 0.05 for one in found) <= 70


class TestPool:
    def test_weighs_pairs_by_their_first_group(self) -> None:
        small = (Sample(2, 20, 202), Sample(2, 10, 52))
        large = (Sample(6, 0, 6), Sample(4, 0, 4))

        found = welch.pool([small, large])

        # A quarter of 5 and three quarters of 0.
        assert found is not None
        assert found.value == pytest.approx(1.25)
        # Variances 2, 2 of two each; 6/5 of six and 4/3 of four.
        variance = (2 / 2 + 2 / 2) / 16 + (1.2 / 6 + (4 / 3) / 4) * 9 / 16
        freedom = variance**2 / (2 * (1 / 16) ** 2 + (0.1125) ** 2 / 5 + (0.1875) ** 2 / 3)
        reach = welch.quantile(share=0.975, freedom=freedom) * variance**0.5
        assert (found.low, found.high) == pytest.approx((1.25 - reach, 1.25 + reach))

    def test_says_nothing_of_no_pair(self) -> None:
        assert welch.pool([]) is None
