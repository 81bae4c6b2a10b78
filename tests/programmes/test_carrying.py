"""Amounts below one step that count with the next purchase."""

from typing import Any

from loyalty.programmes.awards import Award, CarriedOver
from loyalty.programmes.occasions import MemberFacts
from loyalty.programmes.rules import evaluate
from tests.programmes.build import basket, book, rate, said, sale, times

FIFTY = said(rate(per_cents=5_000, carries=True))


def award_of(cents: int, *, before: int = 0, **rules: Any) -> Award:
    member = MemberFacts(carried={"fifty": before})
    occasion = sale(basket(total=cents), member=member)
    return evaluate(occasion=occasion, book=book(**(rules or {"fifty": FIFTY})))


def carried(before: int, after: int) -> tuple[CarriedOver, ...]:
    return (CarriedOver(rule="fifty", before_cents=before, after_cents=after),)


class TestWhatIsBelowOneStep:
    def test_is_kept_whole_when_there_is_no_step(self):
        award = award_of(3_000)

        assert (award.points, award.carried) == (0, carried(0, 3_000))
        assert [no.why.value for no in award.refused] == ["below-one-step"]

    def test_makes_a_step_with_what_comes_next(self):
        award = award_of(2_000, before=3_000)

        assert (award.points, award.carried) == (1, carried(3_000, 0))
        assert award.lines[0].basis_cents == 2_000

    def test_is_what_whole_steps_leave(self):
        award = award_of(12_100, before=100)

        assert (award.points, award.carried) == (2, carried(100, 2_200))

    def test_is_owed_first_when_purchases_came_back(self):
        assert award_of(5_000, before=-3_000).carried == carried(-3_000, 2_000)
        assert award_of(5_000, before=-3_000).points == 0
        assert award_of(8_000, before=-3_000).points == 1

    def test_stays_as_it_was_when_the_rule_does_not_hold_or_another_is_better(self):
        better = said(rate("5"), group="base", mode="best")
        outdone = said(rate(per_cents=5_000, carries=True), group="base", mode="best")
        elsewhere = said(rate(per_cents=5_000, carries=True), stores=["lyon"])

        assert award_of(6_000, before=3_000, better=better, fifty=outdone).carried == ()
        assert award_of(6_000, before=3_000, fifty=elsewhere).carried == ()

    def test_is_kept_when_a_step_is_worth_less_than_a_point(self):
        thin = said(rate("0.4", 5_000, carries=True))

        assert award_of(10_000, before=100, fifty=thin).carried == carried(100, 10_100)
        assert award_of(15_000, before=0, fifty=thin).points == 1

    def test_is_multiplied_with_the_purchase_that_completes_it(self):
        assert award_of(2_000, before=3_000, fifty=FIFTY, twice=said(times("2"))).points == 2

    def test_is_stated_in_what_is_kept_of_the_award(self):
        kept = award_of(3_000).as_json()

        assert kept["carried"] == [{"rule": "fifty", "before_cents": 0, "after_cents": 3_000}]
