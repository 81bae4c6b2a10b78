"""The conditions that a sale, its products, its hour and its member decide."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loyalty.programmes.awards import Award
from loyalty.programmes.occasions import Basket, Line, MemberFacts
from loyalty.programmes.rules import evaluate
from tests.programmes.build import basket, book, fixed, rate, said, sale, times

TEA_AND_COFFEE = basket(("tea", 400), ("coffee", 600))


def of(terms: dict, bought: Basket = TEA_AND_COFFEE, **occasion) -> Award:
    return evaluate(occasion=sale(bought, **occasion), book=book(rule=terms))


def why(award: Award) -> list[str]:
    return [refused.why.value for refused in award.refused]


def at(hour: int, minute: int = 0, *, month: int = 1) -> datetime:
    """Return a moment of Wednesday 14 January (or another month) by its hour in Greenwich."""
    return datetime(2026, month, 14, hour, minute, tzinfo=UTC)


class TestTheBasket:
    @pytest.mark.parametrize(
        ("when", "points"),
        [
            pytest.param({"maximum_basket_cents": 1_000}, 5, id="just small enough"),
            pytest.param({"maximum_basket_cents": 999}, "above-maximum-basket", id="too large"),
            pytest.param({"channels": ["online", "store"]}, 5, id="in store"),
            pytest.param({"channels": ["online"]}, "not-this-channel", id="only online"),
            pytest.param({"payment_means": ["card", "cash"]}, 5, id="cash is one of them"),
            pytest.param({"payment_means": ["card"]}, "not-this-payment", id="only by card"),
        ],
    )
    def test_decides(self, when, points):
        bought = Basket(total_cents=1_000, payments=(("cash", 500), ("voucher", 500)))

        award = of(said(fixed(5), **when), bought)

        assert (award.points or why(award)[0]) == points


class TestProducts:
    @pytest.mark.parametrize(
        ("when", "points"),
        [
            pytest.param({"skus": ["SKU-tea"]}, 4, id="the tea alone"),
            pytest.param({"skus": ["SKU-tea"], "categories": ["coffee"]}, 10, id="one or other"),
            pytest.param({"skus": ["SKU-milk"]}, "no-covered-line", id="not there"),
            pytest.param(
                {"skus": ["SKU-tea"], "categories": ["hot"], "holds": "all"},
                10,
                id="all of them, by what is inside",
            ),
            pytest.param(
                {"categories": ["coffee", "milk"], "holds": "all"},
                "not-all-products",
                id="one category is missing",
            ),
            pytest.param(
                {"skus": ["SKU-tea", "SKU-milk"], "holds": "all"},
                "not-all-products",
                id="one SKU is missing",
            ),
            pytest.param(
                {"categories": ["milk"], "holds": "none"}, 10, id="none: covers all the rest"
            ),
            pytest.param(
                {"categories": ["milk"], "holds": "none", "excluded_skus": ["SKU-tea"]},
                6,
                id="none: but what is excluded",
            ),
            pytest.param(
                {"skus": ["SKU-tea"], "holds": "none"}, "holds-excluded", id="none: but one is"
            ),
        ],
    )
    def test_are_covered_as_the_rule_names_them(self, when, points):
        rules = book(parents={"tea": "hot", "coffee": "hot"}, rule=said(rate(), **when))

        award = evaluate(occasion=sale(TEA_AND_COFFEE), book=rules)

        assert (award.points or why(award)[0]) == points

    def test_are_not_bought_by_a_discount_line(self):
        terms = said(fixed(5), categories=["coffee", "tea"], holds="all")

        assert why(of(terms, basket(("coffee", 600), ("tea", -100)))) == ["not-all-products"]

    @pytest.mark.parametrize(
        ("least", "points"), [(3, 6), (4, "below-minimum-quantity")], ids=["enough", "too few"]
    )
    def test_are_counted_by_their_quantity(self, least, points):
        three = Line(position=1, sku="MUG", quantity=Decimal(3), amount_cents=600)
        other = Line(position=2, sku="TEA", quantity=Decimal(9), amount_cents=900)
        bought = Basket(total_cents=1_500, lines=(three, other))

        award = of(said(rate(), skus=["MUG"], minimum_quantity=least), bought)

        assert (award.points or why(award)[0]) == points


class TestWhatIsNotBought:
    """Ten coffees for nothing are no ten coffees bought."""

    BONUS = {"give": "fixed", "points": 5}
    STAMP = {"give": "fixed", "points": 1, "wallet": "stamps"}
    UNITS = {"give": "per-unit", "points": "10"}
    VOUCHER = {
        "give": "voucher", "name_fr": "Café", "name_en": "Coffee", "value_cents": 280, "days": 60,
    }  # fmt: skip

    @pytest.mark.parametrize("then", [BONUS, STAMP, UNITS, VOUCHER], ids=lambda then: then["give"])
    @pytest.mark.parametrize(
        "bought",
        [
            pytest.param(basket(total=0), id="nothing"),
            pytest.param(basket(("coffee", 0), total=0), id="a coffee for nothing"),
            pytest.param(basket(("coffee", 0), ("tea", 500)), id="a free coffee beside a tea"),
            pytest.param(basket(("coffee", 100), ("coffee", -100)), id="taken off again"),
            pytest.param(basket(("coffee", -100), ("tea", 500)), id="a discount alone"),
            pytest.param(basket(("coffee", 500), ("tea", -500)), id="a discount of it all"),
        ],
    )
    def test_gives_no_bonus_no_stamp_and_no_voucher(self, then, bought):
        award = of(said(then, categories=["coffee"] if bought.lines else []), bought)

        assert (award.lines, award.grants, award.gifts) == ((), (), ())
        assert why(award) == ["no-covered-line"]

    @pytest.mark.parametrize("then", [BONUS, STAMP, UNITS, VOUCHER], ids=lambda then: then["give"])
    def test_does_not_hide_what_is(self, then):
        bought = basket(("coffee", 1), ("coffee", 0), ("tea", -1), ("tea", 1))

        award = of(said(then, categories=["coffee"]), bought)

        assert [line.points for line in award.lines] == [
            {"fixed": then.get("points"), "per-unit": 10, "voucher": 0}[then["give"]]
        ]

    def test_is_no_article_of_a_minimum(self):
        bought = basket(("coffee", 300), ("coffee", 0), ("coffee", 0))

        award = of(said(fixed(5), categories=["coffee"], minimum_quantity=3), bought)

        assert why(award) == ["below-minimum-quantity"]


class TestHours:
    @pytest.mark.parametrize(
        ("moment", "is_given"),
        [
            pytest.param(at(15, 59), False, id="16.59 in winter"),
            pytest.param(at(16), True, id="17.00 in winter"),
            pytest.param(at(17, 59), True, id="18.59 in winter"),
            pytest.param(at(18), False, id="19.00 in winter"),
            pytest.param(at(15, month=7), True, id="17.00 in summer"),
            pytest.param(at(17, month=7), False, id="19.00 in summer"),
        ],
    )
    def test_are_those_of_the_programme_whatever_the_season(self, moment, is_given):
        award = of(said(fixed(5), from_time="17:00", to_time="19:00"), at=moment)

        assert award.points == (5 if is_given else 0)
        assert why(award) == ([] if is_given else ["not-this-hour"])

    @pytest.mark.parametrize(
        ("hour", "points"), [(20, 0), (21, 5), (23, 5), (0, 5), (4, 5), (5, 0)]
    )
    def test_may_go_past_midnight(self, hour, points):
        award = of(said(fixed(5), from_time="22:00", to_time="06:00"), at=at(hour))

        assert award.points == points

    def test_may_have_one_end_alone(self):
        late, early = said(fixed(5), from_time="12:00"), said(fixed(5), to_time="12:00")

        assert [of(late, at=at(hour)).points for hour in (10, 11)] == [0, 5]
        assert [of(early, at=at(hour)).points for hour in (10, 11)] == [5, 0]


class TestDaysThatComeAgain:
    @pytest.mark.parametrize(("day", "points"), [(5, 0), (6, 5), (7, 0), (13, 0)])
    def test_are_those_of_the_recurrence(self, day, points):
        terms = said(fixed(5), recurrence="FREQ=MONTHLY;BYDAY=1TU")

        award = of(terms, at=datetime(2026, 10, day, 12, tzinfo=UTC))

        assert award.points == points
        assert why(award) == ([] if points else ["not-this-day"])


class TestTheMember:
    @pytest.mark.parametrize(("days", "points"), [(30, 5), (31, "member-too-short")])
    def test_has_been_one_for_a_while(self, days, points):
        ada = MemberFacts(enrolled_on=date(2026, 10, 22))

        award = of(said(fixed(5), member_for_days=days), member=ada)

        assert (award.points or why(award)[0]) == points

    @pytest.mark.parametrize(
        ("source", "points"), [("flyer", 5), ("store", "not-this-source"), ("", "not-this-source")]
    )
    def test_came_through_a_source(self, source, points):
        award = of(said(fixed(5), sources=["flyer"]), member=MemberFacts(source=source))

        assert (award.points or why(award)[0]) == points


class TestPointsForEachUnit:
    BOUGHT = Basket(
        total_cents=2_300,
        lines=(
            Line(position=1, category="coffee", quantity=Decimal(3), amount_cents=1_500),
            Line(position=2, category="cheese", quantity=Decimal("0.35"), amount_cents=1_000),
            Line(position=3, category="coffee", amount_cents=-200),
        ),
    )

    @pytest.mark.parametrize(
        ("terms", "points"),
        [
            pytest.param({"give": "per-unit", "points": "10"}, 33, id="3.35 units of anything"),
            pytest.param({"give": "per-unit", "points": "0.5"}, 1, id="rounded once"),
        ],
    )
    def test_count_articles_and_no_discounts(self, terms, points):
        assert of(said(terms), self.BOUGHT).points == points

    def test_are_a_base_that_multiplies(self):
        rules = book(
            base=said({"give": "per-unit", "points": "10"}),
            twice=said(times("2"), categories=["coffee"]),
        )

        award = evaluate(occasion=sale(self.BOUGHT), book=rules)

        assert {line.rule: line.points for line in award.lines} == {"base": 33, "twice": 30}


class TestALimit:
    def limited(self, then: dict, most: int, **limits: str) -> dict:
        return said(then) | {"limits": {"per_purchase": most, **limits}}

    @pytest.mark.parametrize(("most", "points"), [(10, 10), (9, 9)])
    def test_cuts_what_is_more(self, most, points):
        assert of(self.limited(rate(), most)).points == points

    def test_may_refuse_instead(self):
        assert of(self.limited(rate(), 10, surplus="refuse")).points == 10
        assert why(of(self.limited(rate(), 9, surplus="refuse"))) == ["above-limit"]

    def test_of_the_base_comes_before_the_multiplier(self):
        rules = book(base=self.limited(rate(), 6), twice=said(times("2")))

        award = evaluate(occasion=sale(TEA_AND_COFFEE), book=rules)

        assert {line.rule: line.points for line in award.lines} == {"base": 6, "twice": 6}

    def test_holds_for_what_a_multiplier_adds(self):
        rules = book(base=said(rate()), ten=self.limited(times("10"), 25))

        award = evaluate(occasion=sale(TEA_AND_COFFEE), book=rules)

        assert {line.rule: line.points for line in award.lines} == {"base": 10, "ten": 25}

    def test_counts_before_the_best_of_a_group_is_chosen(self):
        rules = book(
            much=said(rate("2"), group="a", mode="best") | {"limits": {"per_purchase": 7}},
            some=said(rate(), group="a", mode="best"),
        )

        award = evaluate(occasion=sale(TEA_AND_COFFEE), book=rules)

        assert {line.rule: line.points for line in award.lines} == {"some": 10}
