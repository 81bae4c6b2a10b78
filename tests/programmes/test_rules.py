from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loyalty.ledger.planning import NEVER, Grant
from loyalty.programmes.awards import Award
from loyalty.programmes.expiring import Expiry, ExpiryKind
from loyalty.programmes.occasions import MemberFacts
from loyalty.programmes.rulebook import CategoryTree, Rulebook, WalletTerms
from loyalty.programmes.rules import evaluate
from tests.programmes import build
from tests.programmes.build import basket, book, event, fixed, rate, said, sale, times


def refusals(award: Award) -> dict[str, str]:
    return {refused.rule: refused.why.value for refused in award.refused}


def given(award: Award) -> dict[str, int]:
    return {line.rule: line.points for line in award.lines}


class TestEarning:
    def test_rounds_a_rule_once_on_the_sum_of_its_lines(self):
        bought = basket(("coffee", 150), ("coffee", 150))

        award = evaluate(occasion=sale(bought), book=book(base=said(rate())))

        assert award.points == 3

    def test_takes_a_discount_line_off_what_a_rule_counts(self):
        bought = basket(("coffee", 1_000), ("coffee", -300))

        award = evaluate(occasion=sale(bought), book=book(base=said(rate())))

        assert award.points == 7

    def test_never_counts_more_than_the_total(self):
        bought = basket(("coffee", 1_000), ("tea", 1_000), total=1_500)

        award = evaluate(occasion=sale(bought), book=book(base=said(rate())))

        assert award.points == 15

    def test_counts_a_basket_without_lines_as_one_line_of_no_category(self):
        rules = book(base=said(rate()), coffee=said(fixed(50), categories=["coffee"]))

        award = evaluate(occasion=sale(basket(total=1_380)), book=rules)

        assert given(award) == {"base": 13}
        assert refusals(award) == {"coffee": "no-covered-line"}
        assert award.lines[0].positions == ()
        assert award.lines[0].basis_cents == 1_380

    def test_adds_fixed_points_after_the_multiplier(self):
        rules = book(bonus=said(fixed(100)), twice=said(times("2")), base=said(rate()))

        award = evaluate(occasion=sale(basket(total=1_000)), book=rules)

        assert [(line.rule, line.points) for line in award.lines] == [
            ("base", 10),
            ("twice", 10),
            ("bonus", 100),
        ]


class TestTheExampleOfTheTill:
    def test_is_itemised_rule_by_rule(self):
        rules = book(
            base=said(rate()),
            coffee_week=said(times("2"), categories=["coffee"], from_day="2026-11-16"),
            birthday=said(times("3"), birthday_within_days=3),
        )
        occasion = sale(basket(("coffee", 1_380)), member=MemberFacts(birthday=(2, 14)))

        award = evaluate(occasion=occasion, book=rules)

        assert award.as_json() == {
            "points": 26,
            "wallet": "points",
            "rounding": "FLOOR",
            "lines": [
                {
                    "rule": "base",
                    "name_fr": "base (fr)",
                    "name_en": "base",
                    "effect": "rate",
                    "points": 13,
                    "wallet": "points",
                    "rule_version": 101,
                    "positions": [1],
                    "basis_cents": 1_380,
                },
                {
                    "rule": "coffee-week",
                    "name_fr": "coffee-week (fr)",
                    "name_en": "coffee-week",
                    "effect": "multiplier",
                    "points": 13,
                    "wallet": "points",
                    "rule_version": 102,
                    "positions": [1],
                    "basis_cents": 1_380,
                },
            ],
            "refused": [{"rule": "birthday", "why": "not-in-birthday-window"}],
        }


class TestConditions:
    @pytest.mark.parametrize(
        ("terms", "why"),
        [
            (said(rate(), from_day="2026-11-22"), "not-in-period"),
            (said(rate(), to_day="2026-11-20"), "not-in-period"),
            (said(rate(), weekdays=[1, 2, 3, 4, 5, 7]), "not-this-weekday"),
            (said(rate(), stores=["lyon"]), "not-this-store"),
            (said(rate(), minimum_basket_cents=1_001), "below-minimum-basket"),
            (said(rate(), categories=["tea"]), "no-covered-line"),
            (said(rate(), excluded_categories=["coffee"]), "no-covered-line"),
            (said(rate(), excluded_skus=["SKU-coffee"]), "no-covered-line"),
            (said(rate(), tiers=["gold"]), "not-this-tier"),
            (said(rate(), birthday_within_days=0), "not-in-birthday-window"),
            (said(fixed(5), event="enrolment"), "not-this-event"),
            (said(rate(per_cents=1_001)), "below-one-step"),
            (said(times("2")), "no-base"),
        ],
    )
    def test_say_why_a_rule_gives_nothing(self, terms, why):
        bought = basket(("coffee", 1_000), store="paris")

        award = evaluate(occasion=sale(bought), book=book(rule=terms))

        assert refusals(award) == {"rule": why}
        assert award.points == 0
        assert award.lines == ()
        assert award.grants == ()

    def test_hold_on_their_bounds(self):
        terms = said(
            rate(), from_day="2026-11-21", to_day="2026-11-21", weekdays=[6], stores=["paris"],
            tiers=["gold"], minimum_basket_cents=1_000, birthday_within_days=2,
        )  # fmt: skip
        member = MemberFacts(tier="gold", multiplier=Decimal(1), birthday=(11, 23))
        bought = basket(("coffee", 1_000), store="paris")

        award = evaluate(occasion=sale(bought, member=member), book=book(rule=terms))

        assert award.points == 10

    def test_give_nothing_to_nobody(self):
        rules = book(base=said(rate()), gift=said(fixed(5)))

        award = evaluate(occasion=sale(basket(total=1_000), member=None), book=rules)

        assert refusals(award) == {"base": "anonymous", "gift": "anonymous"}
        assert award.grants == ()

    @pytest.mark.parametrize(
        ("category", "points"),
        [("drinks", 10), ("coffee", 10), ("espresso", 10), ("food", 0), ("", 0)],
    )
    def test_cover_a_category_with_all_inside_it(self, category, points):
        rules = book(
            parents={"coffee": "drinks", "espresso": "coffee"},
            base=said(rate(), categories=["drinks"]),
        )

        award = evaluate(occasion=sale(basket((category, 1_000))), book=rules)

        assert award.points == points

    def test_never_cover_what_the_programme_excludes_nor_what_is_inside(self):
        rules = book(
            parents={"gift-card": "vouchers", "vouchers": "shop"},
            excluded=("vouchers",),
            base=said(rate(), categories=["shop"]),
        )
        bought = basket(("shop", 500), ("vouchers", 1_000), ("gift-card", 2_000))

        award = evaluate(occasion=sale(bought), book=rules)

        assert award.points == 5
        assert award.lines[0].positions == (1,)


class TestEvents:
    def test_an_enrolment_gives_its_welcome_and_no_base(self):
        rules = book(base=said(rate()), welcome=said(fixed(50), event="enrolment"))

        award = evaluate(occasion=event("enrolment", day=date(2026, 3, 1)), book=rules)

        assert given(award) == {"welcome": 50}
        assert refusals(award) == {"base": "not-this-event"}

    def test_a_birthday_gives_its_bonus_to_the_tier_it_is_for(self):
        rules = book(gift=said(fixed(200), event="birthday", tiers=["gold"]))
        day = date(2026, 3, 1)

        gold = evaluate(
            occasion=event("birthday", day=day, member=MemberFacts(tier="gold")), book=rules
        )
        bronze = evaluate(
            occasion=event("birthday", day=day, member=MemberFacts(tier="bronze")), book=rules
        )

        assert given(gold) == {"gift": 200}
        assert refusals(bronze) == {"gift": "not-this-tier"}


class TestVersions:
    V1 = build.version(1, said(rate("1")))
    V2 = build.version(
        2, said(rate("2")), takes_effect_at=datetime(2026, 6, 1, tzinfo=UTC),
        ends_at=datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("moment", "points"),
        [
            (datetime(1997, 1, 1, tzinfo=UTC), 10),
            (datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC), 10),
            (datetime(2026, 6, 1, tzinfo=UTC), 20),
            (datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC), 20),
            (datetime(2026, 9, 1, tzinfo=UTC), 0),
        ],
    )
    def test_are_those_of_the_moment_of_the_sale(self, moment, points):
        assert self.earned(moment, is_live=True) == points

    @pytest.mark.parametrize(
        ("moment", "points"),
        [
            (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), 10),
            (datetime(2026, 3, 1, tzinfo=UTC), 0),
            (datetime(2026, 7, 1, tzinfo=UTC), 0),
        ],
    )
    def test_of_a_stopped_rule_still_hold_for_sales_from_before(self, moment, points):
        stopped = build.version(1, said(rate("1")), stopped_at=datetime(2026, 3, 1, tzinfo=UTC))

        assert self.earned(moment, is_live=False, versions=(self.V2, stopped)) == points

    def test_of_a_rule_that_is_over_are_not_told_as_refused(self):
        tree = CategoryTree()
        over = build.rule("old", tree, self.V2, is_live=False)
        award = evaluate(occasion=sale(basket(total=1_000)), book=self.of(over))

        assert award.refused == ()

    def earned(self, moment: datetime, *, is_live: bool, versions=None) -> int:
        rule = build.rule("base", CategoryTree(), *(versions or (self.V2, self.V1)))
        rule = build.rule("base", CategoryTree(), *rule.versions, is_live=is_live)
        return evaluate(occasion=sale(basket(total=1_000), at=moment), book=self.of(rule)).points

    def of(self, *rules) -> Rulebook:
        return Rulebook(
            revision="rev", name="", currency="EUR", zone=build.PARIS,
            spending_wallet="points", rules=rules,
        )  # fmt: skip


class TestGrants:
    POLICY = WalletTerms(code="points", expiry=Expiry(kind=ExpiryKind.DAYS, count=365))

    def test_follow_the_wallet_unless_the_rule_says_otherwise(self):
        rules = book(
            wallets=(self.POLICY,),
            base=said(rate()),
            late=said(fixed(5, pending_days=14, expiry={"kind": "MONTHS", "count": 1})),
            ever=said(fixed(7, expiry={"kind": "NEVER"})),
        )

        award = evaluate(occasion=sale(basket(total=1_000)), book=rules)

        assert award.grants == (
            Grant("points", 10, build.SATURDAY, datetime(2027, 11, 22, tzinfo=build.PARIS), 101),
            Grant(
                "points", 5, datetime(2026, 12, 6, tzinfo=build.PARIS),
                datetime(2027, 1, 7, tzinfo=build.PARIS), 102,
            ),
            Grant("points", 7, build.SATURDAY, NEVER, 103),
        )  # fmt: skip

    def test_go_to_the_wallet_that_the_rule_names(self):
        rules = book(base=said(rate()), stamp=said(fixed(1, wallet="stamps")))

        award = evaluate(occasion=sale(basket(total=1_000)), book=rules)

        assert award.points == 10
        assert award.points_in("stamps") == 1
        assert [(grant.wallet, grant.points) for grant in award.grants] == [
            ("points", 10),
            ("stamps", 1),
        ]
