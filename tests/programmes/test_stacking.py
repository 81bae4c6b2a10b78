from decimal import Decimal

import pytest

from loyalty.programmes.occasions import MemberFacts
from loyalty.programmes.rules import evaluate
from tests.programmes.build import basket, book, fixed, rate, said, sale, times
from tests.programmes.test_rules import given, refusals

GOLD = MemberFacts(tier="gold")
TWENTY = basket(("coffee", 1_000), ("tea", 1_000))


class TestGroups:
    @pytest.mark.parametrize(
        ("mode", "gives", "refuses"),
        [
            ("sum", {"one": 20, "two": 40}, {}),
            ("best", {"two": 40}, {"one": "better-rule"}),
            ("first", {"one": 20}, {"two": "earlier-rule"}),
        ],
    )
    def test_give_all_the_best_or_the_first(self, mode, gives, refuses):
        rules = book(
            one=said(rate("1"), group="base", mode=mode),
            two=said(rate("2"), group="base", mode=mode),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert given(award) == gives
        assert refusals(award) == refuses

    def test_add_up(self):
        rules = book(
            one=said(rate("1"), group="base", mode="best"),
            two=said(rate("2"), group="base", mode="best"),
            gift=said(fixed(5), group="gifts", mode="best"),
            bigger=said(fixed(7), group="gifts", mode="best"),
            alone=said(fixed(1)),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert given(award) == {"two": 40, "bigger": 7, "alone": 1}

    def test_give_a_tie_to_the_higher_priority(self):
        rules = book(
            first=said(rate(), group="base", mode="best"),
            second=said(rate(), group="base", mode="best"),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert given(award) == {"first": 20}


class TestMultipliers:
    def test_multiply_all_bases_together_and_round_once(self):
        rules = book(one=said(rate()), half=said(rate(per_cents=200)), more=said(times("1.5")))

        award = evaluate(occasion=sale(basket(total=1_999)), book=rules)

        assert given(award) == {"one": 19, "half": 9, "more": 14}

    def test_of_a_tier_are_a_line_of_their_own(self):
        award = evaluate(occasion=sale(TWENTY, member=GOLD), book=book(base=said(rate())))

        assert given(award) == {"base": 20, "tier-gold": 20}
        assert award.lines[1].name_fr == "Niveau Or"
        assert award.lines[1].name_en == "Gold tier"
        assert award.lines[1].rule_version is None

    def test_of_a_tier_are_those_of_the_facts_when_they_say(self):
        member = MemberFacts(tier="gold", multiplier=Decimal("1.25"))

        award = evaluate(occasion=sale(TWENTY, member=member), book=book(base=said(rate())))

        assert given(award) == {"base": 20, "tier-gold": 5}

    def test_of_a_tier_that_multiplies_nothing_are_not_told(self):
        member = MemberFacts(tier="bronze")

        award = evaluate(occasion=sale(TWENTY, member=member), book=book(base=said(rate())))

        assert given(award) == {"base": 20}
        assert award.refused == ()

    @pytest.mark.parametrize(
        ("multipliers", "gives", "refuses"),
        [
            (
                "BEST",
                {"base": 20, "tier-gold": 20},
                {"week": "better-multiplier", "coffee": "better-multiplier"},
            ),
            ("ADD", {"base": 20, "week": 10, "coffee": 15, "tier-gold": 20}, {}),
        ],
    )
    def test_of_the_same_lines_do_not_add_unless_the_programme_says(
        self, multipliers, gives, refuses
    ):
        rules = book(
            multipliers=multipliers,
            base=said(rate()),
            week=said(times("1.5")),
            coffee=said(times("2.5"), categories=["coffee"]),
        )

        award = evaluate(occasion=sale(TWENTY, member=GOLD), book=rules)

        assert given(award) == gives
        assert refusals(award) == refuses

    def test_of_other_lines_apply_side_by_side(self):
        rules = book(
            base=said(rate()),
            coffee=said(times("3"), categories=["coffee"]),
            tea=said(times("2"), categories=["tea"]),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert given(award) == {"base": 20, "coffee": 20, "tea": 10}

    def test_count_only_the_lines_that_earn_a_base(self):
        rules = book(
            base=said(rate(), excluded_categories=["tea"]),
            week=said(times("2")),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert given(award) == {"base": 10, "week": 10}
        assert award.lines[1].positions == (1,)
        assert award.lines[1].basis_cents == 1_000

    def test_multiply_the_base_of_their_own_wallet(self):
        rules = book(
            base=said(rate()),
            status=said(rate("3", wallet="status")),
            week=said(times("2", wallet="status")),
        )

        award = evaluate(occasion=sale(TWENTY), book=rules)

        assert award.points == 20
        assert award.points_in("status") == 120
