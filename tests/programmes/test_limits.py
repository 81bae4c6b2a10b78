"""How much a rule gives at most: what one member had, what is left of a budget, how long ago."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.programmes.awards import Award
from loyalty.programmes.counters import Counters, Used
from loyalty.programmes.rules import evaluate
from loyalty.programmes.tallies import Tally
from loyalty.programmes.terms import Period, read, window, write
from tests.programmes.build import SATURDAY, basket, book, fixed, rate, said, sale, times

TODAY = "2026-11-21"


def limited(then: dict[str, Any], **limits: Any) -> dict[str, Any]:
    return {"then": then, "limits": limits}


def having(*, budget: int = 0, **windows: Used) -> Counters:
    """Return counters of the rule `base`: what was had today, this week, ever."""
    names = {"day": TODAY, "week": "2026-W47", "ever": "ever"}
    return Counters(
        used={("base", names[name]): used for name, used in windows.items()},
        budgets={"base": budget},
    )


def bought(euros: int, counters: Counters, **rules: Any) -> Award:
    occasion = replace(sale(basket(total=euros * 100)), counters=counters)
    return evaluate(occasion=occasion, book=book(**rules))


def outcome(award: Award) -> int | str:
    return award.points or award.refused[0].why.value


class TestACapPerMember:
    @pytest.mark.parametrize(
        ("caps", "counters", "comes_to"),
        [
            ({"day": {"points": 100}}, having(), 40),
            ({"day": {"points": 100}}, having(day=Used(points=60, times=2)), 40),
            ({"day": {"points": 100}}, having(day=Used(points=75, times=2)), 25),
            ({"day": {"points": 100}}, having(day=Used(points=100)), "member-limit-reached"),
            ({"day": {"times": 2}}, having(day=Used(points=9, times=1)), 40),
            ({"day": {"times": 2}}, having(day=Used(points=9, times=2)), "member-limit-reached"),
            (
                {"day": {"points": 100}, "week": {"points": 110}},
                having(day=Used(points=20), week=Used(points=95)),
                15,
            ),
            ({"week": {"points": 100}}, having(day=Used(points=100)), 40),
            ({"ever": {"times": 1}}, having(ever=Used(times=1)), "member-limit-reached"),
        ],
    )
    def test_cuts_what_is_more_or_gives_nothing(self, caps, counters, comes_to):
        award = bought(40, counters, base=limited(rate(), per_member=caps))

        assert outcome(award) == comes_to

    def test_gives_nothing_when_more_is_refused(self):
        rule = limited(rate(), per_member={"day": {"points": 100}}, surplus="refuse")

        assert outcome(bought(40, having(day=Used(points=60)), base=rule)) == 40
        assert outcome(bought(40, having(day=Used(points=61)), base=rule)) == (
            "member-limit-reached"
        )

    def test_is_not_touched_by_what_another_rule_gave(self):
        other = Counters(used={("other", TODAY): Used(points=100, times=9)})

        award = bought(40, other, base=limited(rate(), per_member={"day": {"times": 1}}))

        assert award.points == 40

    def test_of_the_best_rule_lets_the_next_one_win(self):
        best = {"group": "base", "mode": "best"}
        rules = {
            "base": limited(rate("3"), per_member={"day": {"points": 100}}) | {"stacking": best},
            "plain": {"then": rate("1"), "stacking": best},
        }

        award = bought(40, having(day=Used(points=70)), **rules)

        assert {line.rule: line.points for line in award.lines} == {"plain": 40}

    def test_of_a_multiplier_counts_what_it_adds(self):
        twice = limited(times("2"), per_member={"day": {"points": 30}})

        award = bought(40, Counters(), one=said(rate()), twice=twice)

        assert {line.rule: line.points for line in award.lines} == {"one": 40, "twice": 30}


class TestABudget:
    @pytest.mark.parametrize(
        ("limits", "used", "comes_to"),
        [
            ({"budget_points": 1_000}, 900, 40),
            ({"budget_points": 1_000}, 970, 30),
            ({"budget_points": 1_000}, 1_000, "budget-spent"),
            ({"budget_points": 1_000, "surplus": "refuse"}, 970, "budget-spent"),
            # 10.00 at 0.01 a point are 1,000 points.
            ({"budget_cents": 1_000}, 970, 30),
        ],
    )
    def test_gives_what_is_left_of_it(self, limits, used, comes_to):
        award = bought(40, having(budget=used), base=limited(rate(), **limits))

        assert outcome(award) == comes_to

    def test_of_money_has_no_end_where_points_cost_nothing(self):
        rules = replace(book(base=limited(rate(), budget_cents=100)), value_of_point=Decimal(0))

        award = evaluate(occasion=sale(basket(total=40_000)), book=rules)

        assert award.points == 400


class TestACoolDown:
    @pytest.mark.parametrize(
        ("ago", "comes_to"),
        [(23, "too-soon"), (24, 40), (0, "too-soon"), (-23, "too-soon"), (-24, 40)],
    )
    def test_gives_nothing_so_near_to_the_last_award(self, ago, comes_to):
        last = having(ever=Used(points=5, times=1, last_at=SATURDAY - timedelta(hours=ago)))

        assert outcome(bought(40, last, base=limited(rate(), cooldown_hours=24))) == comes_to


class TestATally:
    def test_counts_an_award_in_each_period_of_its_rule_and_from_its_budget(self):
        rules = book(
            base=limited(
                rate(), per_member={"day": {"points": 60}, "ever": {"times": 9}}, budget_points=90
            ),
            free=said(fixed(5)),
        )
        tally, given = Tally(), []
        for holder, at in [(1, 0), (1, 1), (1, 24), (2, 24)]:
            occasion = sale(basket(total=4_000), at=SATURDAY + timedelta(hours=at))
            moment = {"at": occasion.at, "day": occasion.day, "book": rules}
            counters = tally.counters(holder=holder, **moment)
            award = evaluate(occasion=replace(occasion, counters=counters), book=rules)
            tally.add(holder=holder, award=award, **moment)
            given.append({line.rule: line.points for line in award.lines})

        assert given == [
            {"base": 40, "free": 5}, {"base": 20, "free": 5}, {"base": 30, "free": 5},
            {"free": 5},
        ]  # fmt: skip
        assert tally.used[1, "base", "ever"].points == 90
        assert tally.used[1, "base", "ever"].times == 3
        assert tally.used[1, "base", "2026-11-22"].points == 30
        assert (2, "base", "ever") not in tally.used
        assert (tally.budgets, tally.drawn["base"].points) == ({"base": 90}, 90)

    def test_asks_nothing_of_rules_without_limits(self):
        rules = book(base=said(rate()))

        found = Tally().counters(holder=1, at=SATURDAY, day=date(2026, 11, 21), book=rules)

        assert found == Counters()
        assert found.as_json() == {}


class TestCountersKept:
    def test_are_read_back_as_they_were(self):
        counters = having(day=Used(points=5, times=1, last_at=SATURDAY), budget=7)

        assert Counters.from_json(counters.as_json()) == counters


class TestThePeriodOfADay:
    @pytest.mark.parametrize(
        ("period", "day", "name"),
        [
            (Period.DAY, date(2026, 1, 1), "2026-01-01"),
            # The first days of 2027 still belong to the last week of 2026.
            (Period.WEEK, date(2027, 1, 3), "2026-W53"),
            (Period.WEEK, date(2027, 1, 4), "2027-W01"),
            (Period.MONTH, date(2026, 2, 28), "2026-02"),
            (Period.YEAR, date(2026, 12, 31), "2026"),
            (Period.EVER, date(2026, 12, 31), "ever"),
        ],
    )
    def test_has_a_name(self, period, day, name):
        assert window(period=period, day=day) == name


class TestTerms:
    def test_say_every_limit_and_are_written_back(self):
        limits = {
            "per_purchase": 500,
            "surplus": "refuse",
            "per_member": {"day": {"points": 100, "times": 2}, "ever": {"times": 10}},
            "budget_points": 50_000,
            "cooldown_hours": 36,
        }

        assert write(read(limited(rate(), **limits)))["limits"] == limits

    @pytest.mark.parametrize(
        ("limits", "fault"),
        [
            ({"per_member": {"day": {}}}, "/limits/per_member/day missing"),
            ({"per_member": {"fortnight": {"times": 1}}}, "/per_member/fortnight unknown-field"),
            ({"per_member": {"day": {"points": 0}}}, "/per_member/day/points out-of-range"),
            ({"budget_points": 5, "budget_cents": 5}, "/limits/budget_cents one-budget"),
            ({"cooldown_hours": 0}, "/limits/cooldown_hours out-of-range"),
            ({"cooldown_hours": 5, "surplus": "cut"}, "/limits/per_purchase missing"),
        ],
    )
    def test_refuse_what_is_no_limit(self, limits, fault):
        with pytest.raises(ValueError, match=fault):
            read(limited(rate(), **limits))
