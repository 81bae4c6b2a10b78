from datetime import date, time
from decimal import Decimal

import pytest

from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.shapes import Fault, Malformed
from loyalty.programmes.terms import (
    Event,
    Fixed,
    Holds,
    Limits,
    Multiplier,
    PerUnit,
    Rate,
    Stacking,
    Surplus,
    Terms,
    Then,
    When,
    read,
    write,
)

SHORTEST = {"then": {"give": "rate", "points": "1", "per_cents": 100}}
LONGEST = {
    "when": {
        "minimum_basket_cents": 3_000,
        "maximum_basket_cents": 9_000,
        "minimum_quantity": 2,
        "from_day": "2026-11-16",
        "to_day": "2026-11-22",
        "weekdays": [6, 7],
        "from_time": "17:00",
        "to_time": "00:00",
        "recurrence": "FREQ=MONTHLY;BYDAY=1TU",
        "stores": ["lyon", "paris"],
        "channels": ["online"],
        "payment_means": ["card"],
        "categories": ["coffee"],
        "skus": ["MUG 1"],
        "holds": "all",
        "excluded_categories": ["capsules"],
        "excluded_skus": ["ESP 250/G"],
        "tiers": ["gold"],
        "sources": ["flyer"],
        "member_for_days": 30,
        "birthday_within_days": 3,
    },
    "limits": {"per_purchase": 500, "surplus": "refuse"},
    "then": {
        "give": "multiplier",
        "factor": "1.5",
        "wallet": "points",
        "pending_days": 0,
        "expiry": {"kind": "MONTHS", "count": 12, "round_up": "YEAR"},
    },
    "stacking": {"group": "weekend", "mode": "best"},
}


class TestRead:
    def test_fills_in_what_is_not_said(self):
        assert read(SHORTEST) == Terms(then=Then(effect=Rate(points=Decimal(1), per_cents=100)))

    def test_takes_all_that_can_be_said(self):
        assert read(LONGEST) == Terms(
            when=When(
                minimum_basket_cents=3_000,
                maximum_basket_cents=9_000,
                minimum_quantity=2,
                from_day=date(2026, 11, 16),
                to_day=date(2026, 11, 22),
                weekdays=(6, 7),
                from_time=time(17),
                to_time=time(0),
                recurrence="FREQ=MONTHLY;BYDAY=1TU",
                stores=("lyon", "paris"),
                channels=("online",),
                payment_means=("card",),
                categories=("coffee",),
                skus=("MUG 1",),
                holds=Holds.ALL,
                excluded_categories=("capsules",),
                excluded_skus=("ESP 250/G",),
                tiers=("gold",),
                sources=("flyer",),
                member_for_days=30,
                birthday_within_days=3,
            ),
            limits=Limits(per_purchase=500, surplus=Surplus.REFUSE),
            then=Then(
                effect=Multiplier(factor=Decimal("1.5")),
                wallet="points",
                pending_days=0,
                expiry=Expiry(kind=ExpiryKind.MONTHS, count=12, round_up=RoundUpTo.YEAR),
            ),
            group="weekend",
            stacking=Stacking.BEST,
        )

    def test_takes_a_welcome(self):
        said = {"when": {"event": "enrolment"}, "then": {"give": "fixed", "points": 50}}

        assert read(said) == Terms(
            when=When(event=Event.ENROLMENT), then=Then(effect=Fixed(points=50))
        )

    def test_takes_points_for_each_unit(self):
        said = {"then": {"give": "per-unit", "points": "2.5"}}

        assert read(said) == Terms(then=Then(effect=PerUnit(points=Decimal("2.5"))))

    @pytest.mark.parametrize(
        ("said", "pointer", "code"),
        [
            ([], "", "not-an-object"),
            ({}, "/then/give", "missing"),
            (SHORTEST | {"when": []}, "/when", "not-an-object"),
            (SHORTEST | {"if": {}}, "/if", "unknown-field"),
            (SHORTEST | {"when": {"hour": 8}}, "/when/hour", "unknown-field"),
            (SHORTEST | {"when": {"event": "visit"}}, "/when/event", "unknown-choice"),
            (SHORTEST | {"when": {"event": None}}, "/when/event", "unknown-choice"),
            (SHORTEST | {"when": {"from_day": "21/11"}}, "/when/from_day", "not-a-date"),
            (SHORTEST | {"when": {"from_day": 20261121}}, "/when/from_day", "not-a-date"),
            (
                SHORTEST | {"when": {"from_day": "2026-11-22", "to_day": "2026-11-21"}},
                "/when/to_day",
                "ends-before-it-starts",
            ),
            (SHORTEST | {"when": {"weekdays": [0]}}, "/when/weekdays/0", "not-a-weekday"),
            (SHORTEST | {"when": {"weekdays": [True]}}, "/when/weekdays/0", "not-a-weekday"),
            (SHORTEST | {"when": {"weekdays": [1, 1]}}, "/when/weekdays", "repeated"),
            (SHORTEST | {"when": {"stores": "lyon"}}, "/when/stores", "not-a-list"),
            (SHORTEST | {"when": {"stores": ["a", "b c"]}}, "/when/stores/1", "not-a-code"),
            (
                SHORTEST | {"when": {"minimum_basket_cents": "30.00"}},
                "/when/minimum_basket_cents",
                "not-a-whole-number",
            ),
            (
                SHORTEST | {"when": {"minimum_basket_cents": None}},
                "/when/minimum_basket_cents",
                "not-a-whole-number",
            ),
            (
                SHORTEST | {"when": {"birthday_within_days": -1}},
                "/when/birthday_within_days",
                "out-of-range",
            ),
            (SHORTEST | {"when": {"from_time": "5pm"}}, "/when/from_time", "not-a-time"),
            (SHORTEST | {"when": {"from_time": "24:00"}}, "/when/from_time", "not-a-time"),
            (
                SHORTEST | {"when": {"from_time": "09:00", "to_time": "09:00"}},
                "/when/to_time",
                "ends-before-it-starts",
            ),
            (
                SHORTEST | {"when": {"minimum_basket_cents": 2, "maximum_basket_cents": 1}},
                "/when/maximum_basket_cents",
                "below-the-minimum",
            ),
            (SHORTEST | {"when": {"holds": "none"}}, "/when/holds", "names-no-product"),
            (
                SHORTEST | {"when": {"recurrence": "FREQ=DAILY"}},
                "/when/recurrence",
                "not-a-recurrence",
            ),
            (SHORTEST | {"limits": {"per_purchase": 0}}, "/limits/per_purchase", "out-of-range"),
            (
                SHORTEST | {"limits": {"surplus": "refuse"}},
                "/limits/per_purchase",
                "missing",
            ),
            (
                {
                    "when": {"event": "enrolment"},
                    "then": {"give": "fixed", "points": 1},
                    "limits": {"per_purchase": 5},
                },
                "/limits/per_purchase",
                "needs-a-purchase",
            ),
            ({"then": {"give": "per-unit"}}, "/then/points", "missing"),
            ({"then": {"give": "gold"}}, "/then/give", "unknown-choice"),
            ({"then": {"give": "fixed"}}, "/then/points", "missing"),
            ({"then": {"give": "fixed", "points": 0}}, "/then/points", "out-of-range"),
            ({"then": {"give": "fixed", "points": True}}, "/then/points", "not-a-whole-number"),
            ({"then": {"give": "rate", "points": "1"}}, "/then/per_cents", "missing"),
            (
                {"then": {"give": "rate", "points": 1.5, "per_cents": 100}},
                "/then/points",
                "not-an-exact-decimal",
            ),
            (
                {"then": {"give": "rate", "points": "NaN", "per_cents": 100}},
                "/then/points",
                "not-an-exact-decimal",
            ),
            (
                {"then": {"give": "rate", "points": "0", "per_cents": 100}},
                "/then/points",
                "out-of-range",
            ),
            (
                {"then": {"give": "rate", "points": "1", "per_cents": 100, "factor": "2"}},
                "/then/factor",
                "unknown-field",
            ),
            ({"then": {"give": "multiplier", "factor": "1"}}, "/then/factor", "out-of-range"),
            (
                {"then": SHORTEST["then"] | {"expiry": {"kind": "DAYS"}}},
                "/then/expiry/count",
                "missing",
            ),
            (
                {"then": SHORTEST["then"] | {"expiry": {"kind": "NEVER", "count": 3}}},
                "/then/expiry/kind",
                "never-counts-nothing",
            ),
            (
                {"then": SHORTEST["then"] | {"expiry": {"kind": "MONTHS", "count": 1_201}}},
                "/then/expiry/count",
                "out-of-range",
            ),
            (SHORTEST | {"stacking": {"mode": "best"}}, "/stacking/group", "missing"),
            (SHORTEST | {"when": {"event": "birthday"}}, "/then/give", "needs-a-purchase"),
            (
                {
                    "when": {"event": "enrolment", "stores": ["lyon"]},
                    "then": {"give": "fixed", "points": 1},
                },
                "/when/stores",
                "needs-a-purchase",
            ),
        ],
    )
    def test_refuses_what_a_rule_cannot_say(self, said, pointer, code):
        with pytest.raises(Malformed) as refused:
            read(said)

        assert refused.value.faults == (Fault(pointer, code),)

    def test_tells_every_fault_at_once(self):
        said = {"when": {"hour": 8, "weekdays": [9]}, "then": {"give": "fixed", "points": -1}}

        with pytest.raises(Malformed) as refused:
            read(said)

        assert [fault.pointer for fault in refused.value.faults] == [
            "/when/weekdays/0",
            "/when/hour",
            "/then/points",
        ]


class TestWrite:
    @pytest.mark.parametrize("said", [SHORTEST, LONGEST])
    def test_gives_back_what_was_read(self, said):
        assert write(read(said)) == said

    def test_leaves_out_what_says_nothing(self):
        said = SHORTEST | {"when": {"event": "purchase", "stores": []}, "stacking": {}}

        assert write(read(said)) == SHORTEST
