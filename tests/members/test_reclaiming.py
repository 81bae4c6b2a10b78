"""Vouchers and stamps that a sale gave are asked back with its goods."""

from decimal import Decimal

import pytest

from loyalty.ledger import verifying
from loyalty.ledger.models import Account
from loyalty.programmes import revising
from loyalty.programmes.models import WalletPolicy
from members import purchasing, returning, vouchering
from members.models import Member, Purchase, Return, Voucher
from members.returning import Brought
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import publish, sale
from tests.members.test_handing import GIFT, buy, card

__all__ = ["card"]

BIG = {"when": {"minimum_basket_cents": 2_000}, "then": GIFT}


@pytest.fixture
def bought(ada: Member) -> Purchase:
    """Two cakes for 24.00, which gave a coffee."""
    publish("coffee", BIG)
    cakes = SaleLine(category="cake", quantity=Decimal(2), amount_cents=2_400)
    return purchasing.record(sale=sale(ada, "24.00", lines=[cakes]), key="sale", at=NOON)


def bring(purchase: Purchase, *, key: str = "b", **told: object) -> Return:
    brought = Brought(purchase=purchase, occurred_at=NOON, **told)
    return returning.record(brought=brought, key=key, at=NOON)


def states() -> list[str]:
    return list(Voucher.objects.order_by("pk").values_list("state", flat=True))


def stamps() -> tuple[int, int]:
    account = Account.objects.get(wallet__code="stamps")
    return account.available, account.debt


class TestAVoucher:
    def test_that_nobody_used_is_cancelled_with_what_it_was_given_for(self, bought: Purchase):
        returned = bring(bought, quantities={1: Decimal(1)})

        voucher = Voucher.objects.get()
        assert voucher.state == "CANCELLED"
        assert returned.vouchers == [{"voucher": voucher.pk, "state": "CANCELLED"}]

    def test_is_asked_back_once(self, bought: Purchase):
        bring(bought, key="1", quantities={1: Decimal(1)})

        assert bring(bought, key="2").vouchers == []

    def test_that_was_used_stays_used_and_is_said(self, bought: Purchase):
        voucher = Voucher.objects.get()
        vouchering.use(code=voucher.code, at=NOON)

        returned = bring(bought)

        assert states() == ["USED"]
        assert returned.vouchers == [{"voucher": voucher.pk, "state": "USED"}]

    def test_stays_while_what_is_left_would_have_given_it(self, ada: Member):
        publish("coffee", {"then": GIFT})
        cakes = SaleLine(category="cake", quantity=Decimal(2), amount_cents=2_400)
        told = sale(ada, "24.00", lines=[cakes])
        bought = purchasing.record(sale=told, key="sale", at=NOON)

        returned = bring(bought, quantities={1: Decimal(1)})

        assert (states(), returned.vouchers) == (["OPEN"], [])

    def test_goes_with_the_last_of_amounts_alone(self, bought: Purchase):
        bring(bought, key="1", amount_cents=2_000)
        assert states() == ["OPEN"]

        bring(bought, key="2")

        assert states() == ["CANCELLED"]

    def test_of_two_alike_the_one_that_nobody_used_goes(self, ada: Member):
        publish("coffee", BIG)
        publish("again", {"then": GIFT})
        cakes = SaleLine(category="cake", quantity=Decimal(2), amount_cents=2_400)
        told = sale(ada, "24.00", lines=[cakes])
        bought = purchasing.record(sale=told, key="sale", at=NOON)
        first = Voucher.objects.order_by("pk").first()
        assert first is not None
        vouchering.use(code=first.code, at=NOON)

        bring(bought, quantities={1: Decimal(1)})

        assert states() == ["USED", "CANCELLED"]


@pytest.mark.usefixtures("card")
class TestStamps:
    """Five fill a card; each purchase gives one."""

    def test_are_taken_back(self, ada: Member):
        buy(ada, "1", "2")

        bring(Purchase.objects.get(key="2"))

        assert stamps() == (1, 0)

    def test_of_the_card_that_the_sale_filled_are_there_again(self, ada: Member):
        buy(ada, "1", "2", "3", "4", "5")
        assert (stamps(), states()) == ((0, 0), ["OPEN"])

        returned = bring(Purchase.objects.get(key="5"))

        assert (stamps(), states()) == ((4, 0), ["CANCELLED"])
        assert [one["state"] for one in returned.vouchers] == ["CANCELLED"]
        buy(ada, "6")
        assert (stamps(), states()) == ((0, 0), ["CANCELLED", "OPEN"])
        assert verifying.verify().first_fault is None

    def test_beyond_a_full_card_leave_it_as_it_is(self, ada: Member):
        buy(ada, "1", "2", "3", "4", "5", "6")

        returned = bring(Purchase.objects.get(key="5"))

        assert (stamps(), states(), returned.vouchers) == ((0, 0), ["OPEN"], [])

    def test_of_a_card_that_a_later_sale_filled_are_owed(self, ada: Member):
        buy(ada, "1", "2", "3", "4", "5")

        bring(Purchase.objects.get(key="1"))

        assert (stamps(), states()) == ((0, 1), ["OPEN"])

    def test_are_owed_once_the_voucher_was_used(self, ada: Member):
        buy(ada, "1", "2", "3", "4", "5")
        vouchering.use(code=Voucher.objects.get().code, at=NOON)

        returned = bring(Purchase.objects.get(key="5"))

        assert (stamps(), states()) == ((0, 1), ["USED"])
        assert [one["state"] for one in returned.vouchers] == ["USED"]
        assert verifying.verify().first_fault is None

    def test_are_let_go_where_the_wallet_says_so(self, ada: Member):
        WalletPolicy.objects.filter(wallet__code="stamps").update(allows_debt=False)
        revising.touch()
        buy(ada, "1", "2", "3", "4", "5")
        vouchering.use(code=Voucher.objects.get().code, at=NOON)

        bring(Purchase.objects.get(key="5"))

        assert stamps() == (0, 0)
