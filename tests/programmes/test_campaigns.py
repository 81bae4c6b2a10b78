"""Rules that run together: within one budget, in their time, without whom is held out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loyalty.programmes.awards import Award
from loyalty.programmes.campaigns import CampaignTerms, is_held_out
from loyalty.programmes.counters import Counters
from loyalty.programmes.occasions import MemberFacts
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import evaluate
from loyalty.programmes.tallies import Tally
from tests.programmes.build import SATURDAY, basket, book, fixed, rate, said, sale, times

# Of the first 120; written down, since another hash would move members who were told already.
FIRST = [
    "mem_42",
    "mem_44",
    "mem_53",
    "mem_58",
    "mem_70",
    "mem_89",
    "mem_104",
    "mem_117",
    "mem_119",
]
MEMBERS = [f"mem_{number}" for number in range(10_000)]


def held_out(campaign: str, percent: int) -> set[str]:
    return {m for m in MEMBERS if is_held_out(campaign=campaign, member=m, percent=percent)}


class TestWhoIsHeldOut:
    def test_is_decided_by_the_code_and_the_member_for_ever(self):
        assert [m for m in MEMBERS[:120] if m in held_out("may", 10)] == FIRST

    @pytest.mark.parametrize("percent", [5, 10, 50])
    def test_is_about_the_share_that_was_asked_for(self, percent):
        assert abs(len(held_out("may", percent)) - percent * 100) < 150

    def test_is_nobody_without_a_share(self):
        assert held_out("may", 0) == set()

    def test_stays_held_out_in_a_larger_share(self):
        assert held_out("may", 10) < held_out("may", 20)

    def test_is_another_draw_in_each_campaign(self):
        both = held_out("may", 10) & held_out("june", 10)

        assert 50 < len(both) < 160


def running(rules: Rulebook, *codes: str, **said: Any) -> Rulebook:
    """Return a book in which some rules belong to a campaign of 100 points."""
    campaign = CampaignTerms(**{"code": "may", "budget_points": 100, **said})
    joined = [replace(one, campaign=campaign) if one.code in codes else one for one in rules.rules]
    return replace(rules, rules=tuple(joined))


def given(award: Award) -> dict[str, int | str]:
    lines: dict[str, int | str] = {line.rule: line.points for line in award.lines}
    return lines | {refused.rule: refused.why.value for refused in award.refused}


def bought(rules: Rulebook, *, euros: int = 40, used: int = 0, held: bool = False) -> Award:
    occasion = sale(
        basket(total=euros * 100), member=MemberFacts(held_out=("may",) if held else ())
    )
    counters = Counters(budgets={"campaign:may": used})
    return evaluate(occasion=replace(occasion, counters=counters), book=rules)


class TestACampaign:
    def test_gives_nothing_to_whom_it_holds_out(self):
        rules = running(book(base=said(rate()), extra=said(fixed(5))), "extra")

        assert given(bought(rules, held=True)) == {"base": 40, "extra": "held-out"}
        assert given(bought(rules)) == {"base": 40, "extra": 5}

    def test_runs_from_its_first_moment_to_its_last(self):
        rules = book(extra=said(fixed(5)))
        hour = timedelta(hours=1)

        for start, end, outcome in [
            (SATURDAY, SATURDAY + hour, 5),
            (SATURDAY - hour, SATURDAY, "not-in-period"),
            (SATURDAY + hour, SATURDAY + 2 * hour, "not-in-period"),
        ]:
            award = bought(running(rules, "extra", starts_at=start, ends_at=end))
            assert given(award) == {"extra": outcome}

    def test_gives_to_its_audience_alone_and_says_so_before_it_says_who_is_held_out(self):
        rules = running(book(base=said(rate()), extra=said(fixed(5))), "extra", audience="vip")

        for segments, held, outcome in [
            ((), (), "outside-audience"),
            (("new",), ("may",), "outside-audience"),
            (("new", "vip"), ("may",), "held-out"),
            (("vip",), (), 5),
        ]:
            member = MemberFacts(segments=segments, held_out=held)
            award = evaluate(occasion=sale(basket(total=100), member=member), book=rules)
            assert given(award) == {"base": 1, "extra": outcome}

    def test_asks_for_segments_where_it_has_an_audience(self):
        rules = book(extra=said(fixed(5)))

        assert "segments" not in running(rules, "extra").asked
        assert "segments" in running(rules, "extra", audience="vip").asked

    def test_and_its_rule_must_both_be_for_the_member(self):
        rules = running(book(extra=said(fixed(5))), "extra", audience="vip")
        rules = replace(rules, rules=(replace(rules.rules[0], audience="ladies"),))

        for segments, outcome in [(("vip",), "outside-audience"), (("ladies", "vip"), 5)]:
            member = MemberFacts(segments=segments)
            award = evaluate(occasion=sale(basket(total=100), member=member), book=rules)
            assert given(award) == {"extra": outcome}

    def test_shares_its_budget_among_its_rules_in_one_award(self):
        rules = running(
            book(base=said(rate()), twice=said(times("2")), extra=said(fixed(50))),
            "twice",
            "extra",
        )

        assert given(bought(rules, used=0)) == {"base": 40, "twice": 40, "extra": 50}
        assert given(bought(rules, used=30)) == {"base": 40, "twice": 40, "extra": 30}
        assert given(bought(rules, used=60)) == {
            "base": 40, "twice": 40, "extra": "budget-spent",
        }  # fmt: skip
        assert given(bought(rules, used=100)) == {
            "base": 40, "twice": "budget-spent", "extra": "budget-spent",
        }  # fmt: skip

    def test_is_counted_once_for_all_its_rules_and_for_each_member_ever(self):
        rules = running(book(one=said(fixed(30)), other=said(fixed(50))), "one", "other")
        tally = Tally()
        for _time in range(2):
            moment = {"at": SATURDAY, "day": SATURDAY.date(), "book": rules}
            counters = tally.counters(holder=1, **moment)
            occasion = replace(sale(basket(total=100)), counters=counters)
            tally.add(holder=1, award=evaluate(occasion=occasion, book=rules), **moment)

        assert tally.budgets == {"campaign:may": 100}
        assert (tally.used[1, "one", "ever"].points, tally.used[1, "one", "ever"].times) == (50, 2)
        assert tally.used[1, "other", "ever"].times == 1
