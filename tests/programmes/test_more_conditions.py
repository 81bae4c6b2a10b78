"""The conditions that labels, tills, taxes and what is known of a member decide."""

from typing import Any

import pytest

from loyalty.programmes.awards import Award
from loyalty.programmes.occasions import Basket, Line, MemberFacts
from loyalty.programmes.rules import evaluate
from loyalty.programmes.shapes import Malformed
from loyalty.programmes.terms import read
from tests.programmes.build import book, fixed, rate, said, sale

# 4.00 of tea by Kusmi, organic and new; 6.00 of coffee by Illy.
LABELLED = Basket(
    total_cents=1_000,
    till="T1",
    tax_cents=100,
    lines=(
        Line(position=1, sku="T", amount_cents=400, brand="Kusmi", tags=("new", "organic")),
        Line(position=2, sku="C", amount_cents=600, brand="Illy"),
    ),
)


def of(terms: dict, **occasion: Any) -> Award:
    return evaluate(occasion=sale(LABELLED, **occasion), book=book(rule=terms))


def points_or_why(award: Award) -> int | str:
    return award.points or award.refused[0].why.value


class TestLabels:
    @pytest.mark.parametrize(
        ("when", "points"),
        [
            pytest.param({"brands": ["Kusmi"]}, 4, id="a brand"),
            pytest.param({"tags": ["organic"]}, 4, id="a tag"),
            pytest.param({"brands": ["Illy"], "tags": ["new"]}, 10, id="one or the other"),
            pytest.param({"brands": ["Kusmi", "Illy"], "holds": "all"}, 10, id="all of them"),
            pytest.param(
                {"brands": ["Illy"], "tags": ["sale"], "holds": "all"},
                "not-all-products", id="not all of them",
            ),
            pytest.param({"brands": ["Lavazza"], "holds": "none"}, 10, id="none of them"),
            pytest.param({"tags": ["new"], "holds": "none"}, "holds-excluded", id="not none"),
            pytest.param({"brands": ["Lavazza"]}, "no-covered-line", id="no such brand"),
            pytest.param({"excluded_brands": ["Illy"]}, 4, id="never on a brand"),
            pytest.param({"excluded_tags": ["new"]}, 6, id="never on a tag"),
        ],
    )  # fmt: skip
    def test_decide_which_lines_count(self, when, points):
        assert points_or_why(of(said(rate(), **when))) == points


class TestTillsAndTax:
    @pytest.mark.parametrize(
        ("when", "points"),
        [
            pytest.param({"tills": ["T1", "T2"]}, 5, id="at one of the tills"),
            pytest.param({"tills": ["T2"]}, "not-this-till", id="at another till"),
            pytest.param({"minimum_basket_cents": 1_000}, 5, id="ten with tax"),
            pytest.param(
                {"minimum_basket_cents": 1_000, "without_tax": True},
                "below-minimum-basket", id="not ten without",
            ),
            pytest.param(
                {"maximum_basket_cents": 900, "without_tax": True}, 5, id="nine without tax"
            ),
        ],
    )  # fmt: skip
    def test_decide(self, when, points):
        assert points_or_why(of(said(fixed(5), **when))) == points


class TestTheMember:
    @pytest.mark.parametrize(
        ("when", "member", "points"),
        [
            pytest.param({"kind": "company"}, {"kind": "company"}, 5, id="a company"),
            pytest.param({"kind": "company"}, {}, "not-this-kind", id="a person"),
            pytest.param({"kind": "person"}, {}, 5, id="for persons"),
            pytest.param({"segments": ["vip", "new"]}, {"segments": ("new",)}, 5, id="in one"),
            pytest.param(
                {"segments": ["vip"]}, {"segments": ("new",)}, "not-this-segment", id="in none"
            ),
            pytest.param({"in_household": True}, {"in_household": True}, 5, id="a household"),
            pytest.param({"in_household": True}, {}, "not-in-household", id="no household"),
            pytest.param({"plans": ["club", "gold"]}, {"plans": ("gold",)}, 5, id="pays for one"),
            pytest.param({"plans": ["club"]}, {"plans": ("gold",)}, "not-this-plan", id="another"),
            pytest.param({"plans": ["club"]}, {}, "not-this-plan", id="pays for none"),
            pytest.param(
                {"consents": ["email", "sms"]}, {"consents": ("email", "post", "sms")},
                5, id="agreed to both",
            ),
            pytest.param(
                {"consents": ["email", "sms"]}, {"consents": ("sms",)},
                "no-consent", id="agreed to one",
            ),
            pytest.param({"nth_visit": 1}, {"visits": 0}, 5, id="the first purchase"),
            pytest.param({"nth_visit": 1}, {"visits": 1}, "not-this-visit", id="the second"),
            pytest.param({"nth_visit": 3}, {"visits": 2}, 5, id="the third"),
            pytest.param({"nth_visit": 1}, {}, "not-this-visit", id="nobody counted"),
        ],
    )  # fmt: skip
    def test_decides(self, when, member, points):
        award = of(said(fixed(5), **when), member=MemberFacts(**member))

        assert points_or_why(award) == points

    def test_is_kept_with_the_purchase_and_read_again(self):
        known = MemberFacts(
            kind="company", segments=("vip",), in_household=True, consents=("sms",), visits=3,
            plans=("club",),
            carried={"fifty": -20},
        )  # fmt: skip

        assert MemberFacts.from_json(known.as_json()) == known
        assert set(MemberFacts().as_json()) == {
            "tier", "multiplier", "birthday", "enrolled_on", "source",
        }  # fmt: skip


class TestTerms:
    @pytest.mark.parametrize(
        ("when", "fault"),
        [
            ({"kind": "robot"}, "/when/kind unknown-choice"),
            ({"consents": ["fax"]}, "/when/consents/0 not-a-code"),
            ({"brands": [" Illy"]}, "/when/brands/0 not-a-code"),
            ({"tags": ["two words"]}, "/when/tags/0 not-a-code"),
            ({"without_tax": True}, "/when/without_tax needs-an-amount"),
            ({"without_tax": "yes", "minimum_basket_cents": 5}, "/when/without_tax not-yes-or-no"),
            ({"nth_visit": 0}, "/when/nth_visit out-of-range"),
            ({"nth_visit": 1, "event": "birthday"}, "/when/nth_visit needs-a-purchase"),
            ({"tills": ["T1"], "event": "enrolment"}, "/when/tills needs-a-purchase"),
            ({"event": "custom"}, "/when/custom missing"),
            ({"custom": "review"}, "/when/custom not-a-custom-event"),
            ({"event": "custom", "custom": "birthday"}, "/when/custom not-a-custom-event"),
            ({"event": "custom", "custom": "Two words"}, "/when/custom not-a-code"),
            ({"holds": "all", "tags": []}, "/when/holds names-no-product"),
        ],
    )
    def test_that_say_nothing_sensible_are_refused(self, when, fault):
        with pytest.raises(Malformed, match=fault):
            read(said(fixed(5), **when))
