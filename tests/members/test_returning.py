from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import Change, OutboxEvent
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry, Kind, Wallet
from loyalty.programmes import revising
from loyalty.programmes.models import RuleVersion, Store, WalletPolicy
from members import receipts, returning, selling
from members.models import Member, Return, ReturnLine
from tests.conftest import NOON
from tests.members.bringing import LATER, account_of, basket, bring, buy, pieces
from tests.members.builders import moved, points_of, publish


@pytest.fixture
def paris(db: None) -> Store:
    return Store.objects.create(code="paris", name="Paris")


def everything() -> tuple[int, ...]:
    return (*moved(), Return.objects.count(), ReturnLine.objects.count(), Change.objects.count())


class TestARefund:
    def test_keeps_what_came_back_of_which_sale_and_what_it_took(self, ada: Member, paris: Store):
        bought = buy(ada, lines=basket(("tea", "3", 3_000)))

        given = bring(bought, quantities=pieces(_1="1"), store=paris, till="T2", receipt="R-9")

        given = Return.objects.get(pk=given.pk)
        assert (given.purchase, given.store, given.till, given.receipt) == (
            bought, paris, "T2", "R-9",
        )  # fmt: skip
        assert (given.total_cents, given.taken, given.business_on) == (
            1_000, {"points": 10}, date(2026, 3, 11),
        )  # fmt: skip
        assert given.left["points"] == 20
        line = ReturnLine.objects.get()
        assert (line.quantity, line.amount_cents) == (1, 1_000)
        bought.refresh_from_db()
        assert bought.returned_cents == 1_000

    def test_takes_the_points_in_the_ledger_under_the_earn(self, ada: Member):
        bought = buy(ada, lines=basket(("tea", "3", 3_000)))

        bring(bought, quantities=pieces(_1="1"))

        earned, taken = Entry.objects.order_by("number")
        assert (taken.kind, taken.points, taken.parent, taken.reference) == (
            Kind.CLAWBACK, -10, earned, bought.public_id,
        )  # fmt: skip
        assert (taken.reason, taken.actor) == ("return", "cli_1")
        assert points_of(ada, at=LATER) == 20
        assert verifying.verify().first_fault is None

    def test_tells_it_and_marks_the_day_of_the_return(self, ada: Member):
        bought = buy(ada)
        Change.objects.all().delete()

        given = bring(bought, amount_cents=1_000)

        event = OutboxEvent.objects.get(name="purchase.returned")
        assert event.payload == {
            "return": given.public_id,
            "purchase": bought.public_id,
            "member": ada.public_id,
            "store": None,
            "business_on": "2026-03-11",
            "total_cents": 1_000,
            "points": 10,
        }
        change = Change.objects.get(topic="purchases")
        assert (change.subject, change.day) == (ada.pk, date(2026, 3, 11))

    def test_of_nobodys_sale_moves_no_points(self, ada: Member):
        bought = buy(None)

        given = bring(bought, amount_cents=3_000)

        assert (given.taken, Entry.objects.exists()) == ({}, False)
        assert Change.objects.filter(topic="purchases").latest("pk").subject is None

    def test_is_never_earlier_than_its_sale(self, ada: Member):
        bought = buy(ada, occurred_at=NOON + timedelta(minutes=4))

        given = bring(bought, at=NOON, amount_cents=1_000)

        assert given.occurred_at == bought.occurred_at

    def test_without_lines_or_an_amount_is_all_that_is_left(self, ada: Member):
        bought = buy(ada, lines=basket(("tea", "3", 3_000)))
        bring(bought, key="first", quantities=pieces(_1="1"))

        given = bring(bought, key="rest")

        assert (given.total_cents, given.taken) == (2_000, {"points": 20})
        assert given.lines.get().quantity == 2
        assert points_of(ada, at=LATER) == 0

    def test_of_a_sale_of_nothing_takes_nothing_and_comes_once(self, ada: Member):
        publish("visit", {"when": {"event": "purchase"}, "then": {"give": "fixed", "points": 5}})
        bought = buy(ada, "0.00")

        given = bring(bought)

        assert (bought.points, given.total_cents, given.taken) == (0, 0, {})
        with pytest.raises(returning.ReturnExceedsSale):
            bring(bought, key="again")


class TestByAmount:
    def test_a_hundred_points_in_thirds_are_33_33_and_34(self, ada: Member):
        bought = buy(ada, "100.00")

        taken = [
            bring(bought, key=f"{n}", amount_cents=cents).taken["points"]
            for n, cents in enumerate((3_334, 3_333, 3_333))
        ]

        assert taken == [33, 33, 34]
        assert points_of(ada, at=LATER) == 0

    def test_a_part_too_small_for_a_point_takes_none_yet(self, ada: Member):
        bought = buy(ada, "10.00")

        given = [bring(bought, key=f"{n}", amount_cents=50).taken for n in range(2)]

        assert given == [{}, {"points": 1}]


class TestByLines:
    def test_what_is_left_is_weighed_by_the_rules_of_the_sale(self, ada: Member):
        base = RuleVersion.objects.get()
        bought = buy(ada, lines=basket(("tea", "1", 2_000), ("cake", "1", 1_000)))
        tenfold = {**base.terms, "then": {**base.terms["then"], "points": "10"}}
        RuleVersion.objects.create(
            rule=base.rule, number=2, terms=tenfold, created_at=LATER, takes_effect_at=NOON
        )
        revising.touch()

        given = bring(bought, quantities=pieces(_2="1"))

        assert given.taken == {"points": 10}

    def test_a_bonus_that_the_rest_does_not_reach_goes_whole(self, ada: Member):
        publish(
            "big",
            {
                "when": {"event": "purchase", "minimum_basket_cents": 2_500},
                "then": {"give": "fixed", "points": 100},
            },
        )
        bought = buy(ada, lines=basket(("tea", "3", 3_000)))

        first = bring(bought, key="first", quantities=pieces(_1="1"))
        second = bring(bought, key="second", quantities=pieces(_1="2"))

        assert bought.points == 130
        assert (first.taken, second.taken) == ({"points": 110}, {"points": 20})

    def test_a_tier_multiplies_what_is_left_as_it_did_then(self, ada: Member):
        silver = ada.tier.ladder.tiers.get(code="silver")  # type: ignore[union-attr]
        silver.multiplier = Decimal("2.00")
        silver.save()
        revising.touch()
        buy(ada, "100.00", key="climb")
        bought = buy(ada, "30.00", lines=basket(("tea", "3", 3_000)))
        silver.multiplier = Decimal("5.00")
        silver.save()
        revising.touch()

        given = bring(bought, quantities=pieces(_1="1"))

        assert (bought.points, given.taken) == (60, {"points": 20})

    def test_takes_stamps_back_as_well(self, ada: Member):
        stamps = Wallet.objects.create(code="stamps")
        WalletPolicy.objects.create(wallet=stamps, name_fr="Tampons", name_en="Stamps")
        publish(
            "stamp",
            {
                "when": {"event": "purchase", "categories": ["tea"]},
                "then": {"give": "per-unit", "points": "1", "wallet": "stamps"},
            },
        )
        bought = buy(ada, lines=basket(("tea", "2", 2_000), ("cake", "1", 1_000)))

        given = bring(bought, quantities=pieces(_1="1", _2="1"))

        assert given.taken == {"points": 20, "stamps": 1}
        assert (account_of(ada, "stamps").available, points_of(ada, at=LATER)) == (1, 10)

    def test_takes_a_bonus_back_where_what_is_left_comes_to_nothing(self, ada: Member):
        publish(
            "coffee", {"when": {"categories": ["coffee"]}, "then": {"give": "fixed", "points": 5}}
        )
        lines = basket(("coffee", "1", 2_000), ("coffee", "1", -500), ("tea", "1", 1_500))
        bought = buy(ada, lines=lines)

        given = bring(bought, quantities=pieces(_1="1"))

        assert (bought.points, given.taken) == (35, {"points": 25})
        assert points_of(ada, at=LATER) == 10

    def test_after_an_amount_takes_what_is_left_of_the_points(self, ada: Member):
        bought = buy(ada, lines=basket(("tea", "1", 2_000), ("cake", "1", 1_000)))

        first = bring(bought, key="first", amount_cents=1_000)
        second = bring(bought, key="second", quantities=pieces(_1="1"))

        assert (first.taken, second.taken) == ({"points": 10}, {"points": 20})
        assert points_of(ada, at=LATER) == 0


class TestAKeyAgain:
    def test_gives_the_first_return_and_takes_nothing_more(self, ada: Member):
        bought = buy(ada)
        first = bring(bought, amount_cents=1_000)
        before = everything()

        again = bring(bought, amount_cents=1_000, at=NOON + timedelta(days=90))

        assert (again, everything()) == (first, before)

    @pytest.mark.parametrize(
        "other", [{"amount_cents": 999}, {"amount_cents": 1_000, "receipt": "R2"}]
    )
    def test_of_another_return_is_refused(self, ada: Member, other: dict[str, Any]):
        bought = buy(ada)
        bring(bought, amount_cents=1_000)
        before = everything()

        with pytest.raises(posting.KeyReused):
            bring(bought, **other)

        assert everything() == before


class TestRefusals:
    @pytest.mark.parametrize(
        ("told", "figures"),
        [
            ({"amount_cents": 2_001}, {"left": "20.00"}),
            ({"quantities": pieces(_1="2.001")}, {"line": 1, "left": "2"}),
        ],
    )
    def test_more_than_is_left_of_the_sale(
        self, ada: Member, told: dict[str, Any], figures: dict[str, Any]
    ):
        bought = buy(ada, lines=basket(("tea", "3", 3_000)))
        bring(bought, key="first", quantities=pieces(_1="1"))
        before = everything()

        with pytest.raises(returning.ReturnExceedsSale) as refused:
            bring(bought, **told)

        assert (refused.value.code, refused.value.figures) == ("return-exceeds-sale", figures)
        assert everything() == before
        assert points_of(ada, at=LATER) == 20

    def test_anything_once_all_is_back(self, ada: Member):
        bought = buy(ada)
        bring(bought, key="first")
        before = everything()

        with pytest.raises(returning.ReturnExceedsSale):
            bring(bought)

        assert everything() == before

    def test_goods_worth_more_than_a_discount_left_of_the_total(self, ada: Member):
        bought = buy(ada, "5.00", lines=basket(("tea", "1", 2_000), ("rebate", "1", -1_500)))
        before = everything()

        with pytest.raises(returning.ReturnExceedsSale):
            bring(bought, quantities=pieces(_1="1"))

        assert everything() == before
        assert bring(bought, quantities=pieces(_1="1", _2="1")).total_cents == 500

    @pytest.mark.parametrize(
        ("quantities", "code"), [(pieces(_9="1"), "unknown-line"), (pieces(_2="1"), "negative")]
    )
    def test_lines_that_cannot_come_back(
        self, ada: Member, quantities: dict[int, Decimal], code: str
    ):
        bought = buy(ada, "5.00", lines=basket(("tea", "1", 2_000), ("rebate", "1", -1_500)))
        before = everything()

        with pytest.raises(ValidationFailed) as refused:
            bring(bought, quantities=quantities)

        assert [error.code for error in refused.value.errors] == [code]
        assert everything() == before

    @pytest.mark.parametrize("has_store", [True, False])
    def test_a_receipt_of_another_return_names_it(
        self, ada: Member, paris: Store, has_store: bool
    ):
        bought, other = buy(ada), buy(ada, key="other")
        told = {"receipt": "R1", "till": "T1", "store": paris if has_store else None}
        first = bring(bought, key="first", amount_cents=100, **told)
        before = everything()

        with pytest.raises(receipts.DuplicateReceipt) as refused:
            bring(other, amount_cents=100, **told)

        assert refused.value.figures == {"return": first.public_id}
        assert everything() == before

    def test_a_receipt_of_a_sale_may_be_that_of_a_return(self, ada: Member):
        bought = buy(ada, receipt="R1", till="T1")

        assert bring(bought, at=NOON, receipt="R1", till="T1").receipt == "R1"

    @pytest.mark.parametrize(
        "away", [timedelta(days=-7, seconds=-1), timedelta(minutes=5, seconds=1)]
    )
    def test_a_moment_too_long_ago_or_ahead(self, ada: Member, away: timedelta):
        bought = buy(ada)
        before = everything()

        with pytest.raises(selling.OccurredAtOutOfWindow):
            bring(bought, occurred_at=LATER + away)

        assert everything() == before


class TestStatements:
    def test_are_as_many_for_fifty_lines_as_for_one(self, ada: Member):
        counts = []
        for lines in (1, 50):
            bought = buy(
                ada,
                f"{2 * lines}.00",
                key=f"s{lines}",
                lines=basket(*[("tea", "2", 200) for _ in range(lines)]),
            )
            half = {n + 1: Decimal(1) for n in range(lines)}
            bring(bought, key=f"a{lines}", quantities=half)
            with CaptureQueriesContext(connection) as queries:
                bring(bought, key=f"b{lines}", quantities=half)
            counts.append(len(queries))

        assert counts == ([26] * 2 if engines.is_postgresql() else [32] * 2)
