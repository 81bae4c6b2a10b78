"""What paid a sale comes back with its goods: points, vouchers, and the rest in money."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.core.refusals import Refusal
from loyalty.ledger import verifying
from loyalty.ledger.models import Account, Entry, Kind
from members import closing, holding, purchasing, returning, tendering
from members.holding import Asked
from members.models import Member, Purchase, Return, Voucher
from members.returning import Brought
from members.tendering import Tender
from tests.conftest import NOON
from tests.members.builders import give_voucher, points_of, sale
from tests.members.twins import carer, merge, twin

__all__ = ["carer", "twin"]


@pytest.fixture
def rich(ada: Member) -> Member:
    """Ada, with 1000 points."""
    purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
    return ada


def pay(
    member: Member, total: int, *, points: int = 0, voucher: Voucher | None = None, at: Any = NOON
) -> Purchase:
    """Record a sale that points, a voucher and cash paid, in this order."""
    tenders = []
    if points:
        held = holding.hold(asked=Asked(member=member, points=points), key="held", at=at)
        tenders.append(Tender(means="points", hold=held.hold.public_id))
    if voucher:
        tenders.append(Tender(means="voucher", voucher=voucher.code))
    ours = points + (voucher.value_cents or 0 if voucher else 0)
    tenders.append(Tender(means="cash", amount_cents=total - ours))
    paid = tendering.read(
        tenders=tenders, total_cents=total, member=member, store=None, occurred_at=at
    )
    told = sale(member, f"{total // 100}.{total % 100:02}", payments=paid, occurred_at=at)
    return purchasing.record(sale=told, key="sale", at=at)


def bring(purchase: Purchase, cents: int | None = None, *, key: str = "b", at: Any = NOON):
    brought = Brought(purchase=purchase, occurred_at=at, amount_cents=cents)
    return returning.record(brought=brought, key=key, at=at)


class TestPoints:
    def test_come_back_with_all_of_the_goods(self, rich: Member):
        bought = pay(rich, 2_000, points=500)
        assert points_of(rich, at=NOON) == 1000 - 500 + 20

        returned = bring(bought)

        [hold] = [one["hold"] for one in bought.payments if "hold" in one]
        assert returned.refund == [
            {"payment": 0, "means": "points", "amount_cents": 500, "points": 500, "hold": hold},
            {"payment": 1, "means": "cash", "amount_cents": 1_500},
        ]
        assert points_of(rich, at=NOON) == 1000
        assert verifying.verify().first_fault is None

    def test_come_back_in_parts_that_add_up(self, rich: Member):
        bought = pay(rich, 300, points=100)

        came = [bring(bought, 100, key=f"{n}").refund for n in range(3)]

        assert [[part["amount_cents"] for part in parts] for parts in came] == [
            [33, 67], [33, 67], [34, 66],
        ]  # fmt: skip
        assert [parts[0]["points"] for parts in came] == [33, 33, 34]
        assert points_of(rich, at=NOON) == 1000
        assert verifying.verify().first_fault is None

    def test_repay_what_the_goods_had_earned_before_any_is_owed(self, rich: Member):
        # All 1000 pay, and the 20 that the sale earned are gone when its goods come back.
        bought = pay(rich, 2_000, points=1000)
        gone = holding.hold(asked=Asked(member=rich, points=20), key="gone", at=NOON)
        holding.capture(held=gone, key="taken", at=NOON)

        bring(bought)

        account = Account.objects.get(holder=rich.holder_id)
        assert (account.available, account.debt) == (980, 0)

    def test_of_a_lot_that_has_expired_live_through_the_grace(self, rich: Member):
        bought = pay(rich, 2_000, points=500)
        later = NOON + timedelta(days=500)
        tomorrow = later + timedelta(days=29)

        bring(bought, at=later, key="late")

        # What the goods had earned expired unused meanwhile, and is forgiven.
        assert points_of(rich, at=tomorrow) == 500
        assert points_of(rich, at=later + timedelta(days=30)) == 0

    def test_of_who_left_are_waived(self, rich: Member):
        bought = pay(rich, 2_000, points=500)
        closing.close(member=rich, key="close", at=NOON)

        bring(bought)

        assert points_of(rich, at=NOON) == 0
        assert Entry.objects.get(kind=Kind.REFUND).waived == 500

    def test_of_who_was_merged_come_back_to_the_survivor(self, rich: Member, twin: Member, carer):
        purchasing.record(sale=sale(twin, "300.00"), key="twin", at=NOON)
        bought = pay(twin, 2_000, points=200)
        merge(twin, rich, carer)

        bring(Purchase.objects.select_related("member").get(pk=bought.pk))

        assert points_of(rich, at=NOON) == 1000 + 300
        assert verifying.verify().first_fault is None


class TestVouchers:
    def test_come_back_as_new_ones(self, rich: Member):
        coffee = give_voucher(rich)
        bought = pay(rich, 1_280, voucher=coffee)

        returned = bring(bought)

        new = Voucher.objects.exclude(pk=coffee.pk).get()
        assert returned.refund[0] == {
            "payment": 0, "means": "voucher", "amount_cents": 280, "voucher": new.pk,
        }  # fmt: skip
        assert (new.member, new.origin, new.value_cents, new.state) == (
            rich, returned.public_id, 280, "OPEN",
        )  # fmt: skip
        assert (new.name_fr, new.expires_at) == (coffee.name_fr, coffee.expires_at)
        coffee.refresh_from_db()
        assert coffee.state == "USED"

    def test_come_back_in_parts(self, rich: Member):
        bought = pay(rich, 560, voucher=give_voucher(rich))

        bring(bought, 280, key="1")
        bring(bought, 280, key="2")

        new = Voucher.objects.filter(state="OPEN").values_list("value_cents", flat=True)
        assert list(new) == [140, 140]

    def test_for_a_thing_come_back_for_that_thing_with_the_last_of_the_sale(self, rich: Member):
        coffee = give_voucher(rich)
        Voucher.objects.update(value_cents=None)
        tenders = [
            Tender(means="voucher", voucher=coffee.code, amount_cents=900),
            Tender(means="cash", amount_cents=100),
        ]
        paid = tendering.read(
            tenders=tenders, total_cents=1_000, member=rich, store=None, occurred_at=NOON
        )
        told = sale(rich, "10.00", payments=paid, occurred_at=NOON)
        bought = purchasing.record(sale=told, key="sale", at=NOON)

        part = bring(bought, 500, key="1").refund
        assert ("voucher" in part[0], Voucher.objects.filter(state="OPEN").count()) == (False, 0)
        bring(bought, key="2")

        # A coffee, and never nine euros.
        assert Voucher.objects.get(state="OPEN").value_cents is None

    def test_that_are_nearly_over_get_the_grace(self, rich: Member):
        bought = pay(rich, 1_280, voucher=give_voucher(rich, days=1))

        bring(bought)

        assert Voucher.objects.get(state="OPEN").expires_at - NOON > timedelta(days=30)


class TestARefusedReturn:
    def test_gives_nothing_back(self, rich: Member):
        bought = pay(rich, 1_780, points=500, voucher=give_voucher(rich))
        before = (Entry.objects.count(), Voucher.objects.count())

        with pytest.raises(returning.ReturnExceedsSale):
            bring(bought, 1_781)

        assert (Entry.objects.count(), Voucher.objects.count()) == before
        assert Return.objects.exists() is False


quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestAnySaleAndItsReturns:
    @quick
    @given(
        total=st.integers(1, 3_000),
        points=st.integers(0, 1_000),
        parts=st.lists(st.integers(1, 2_000), max_size=4),
    )
    def test_leave_neither_money_nor_points(
        self, rich: Member, total: int, points: int, parts: list[int]
    ):
        with transaction.atomic():
            bought = pay(rich, total, points=min(points, total))

            for number, cents in enumerate(parts):
                with suppress(Refusal):
                    bring(bought, cents, key=f"{number}")
            with suppress(returning.ReturnExceedsSale):
                bring(bought, key="rest")

            back: dict[int, int] = {}
            for part in (part for row in Return.objects.all() for part in row.refund):
                place = part["payment"]
                back[place] = back.get(place, 0) + part["amount_cents"]
            paid = [one["amount_cents"] for one in bought.payments]
            assert [back.get(place, 0) for place in range(len(paid))] == paid
            assert points_of(rich, at=NOON) == 1000
            assert verifying.verify().first_fault is None
            transaction.set_rollback(True)
