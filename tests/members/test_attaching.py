"""Whoever shows the card after paying gets what the sale would have given them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.ledger import verifying
from loyalty.ledger.models import Account, Lot
from loyalty.programmes import revising
from loyalty.programmes.models import Programme
from members import attaching, blocking, enrolling, purchasing, returning
from members.attaching import PurchaseAlreadyAttached, PurchaseReturned
from members.models import Member, Purchase, Voucher
from members.returning import Brought
from members.selling import OccurredAtOutOfWindow, SaleLine
from tests.conftest import NOON
from tests.members.builders import moved, points_of, publish, sale
from tests.members.test_handing import GIFT, card

__all__ = ["card"]


@pytest.fixture
def nobodys(programme: Programme) -> Purchase:
    return purchasing.record(sale=sale(None, "20.00"), key="sale", at=NOON)


def attach(
    purchase: Purchase, member: Member, *, key: str = "a", at: Any = NOON, **told: Any
) -> Purchase:
    return attaching.attach(purchase=purchase, member=member, key=key, at=at, **told)


class TestAttach:
    def test_gives_what_the_sale_would_have_given(self, ada: Member, nobodys: Purchase):
        later = NOON + timedelta(days=6)

        attach(nobodys, ada, at=later)

        nobodys.refresh_from_db()
        assert (nobodys.member, nobodys.points) == (ada, 20)
        assert nobodys.facts["attached"] == {"key": "a", "at": later.isoformat()}
        assert points_of(ada, at=later) == 20
        # The points live from the day of the sale.
        named = purchasing.record(sale=sale(ada), key="named", at=NOON)
        assert Lot.objects.order_by("pk").values_list("expires_at").distinct().count() == 1
        assert nobodys.award == named.award
        assert verifying.verify().first_fault is None

    def test_repeats_by_its_key(self, ada: Member, nobodys: Purchase):
        attach(nobodys, ada)
        before = moved()

        attach(nobodys, ada)

        assert (moved(), points_of(ada, at=NOON)) == (before, 20)

    def test_moves_the_member_up_the_ladder(self, ada: Member, programme: Programme):
        bought = purchasing.record(sale=sale(None, "120.00"), key="sale", at=NOON)

        attach(bought, ada)

        ada.refresh_from_db()
        assert ada.tier is not None
        assert ada.tier.code == "silver"

    def test_gives_vouchers_that_a_return_asks_back(self, ada: Member, nobodys: Purchase):
        publish("coffee", {"then": GIFT})
        attached = attach(nobodys, ada)
        assert Voucher.objects.get().state == "OPEN"

        brought = Brought(purchase=attached, occurred_at=NOON)
        returning.record(brought=brought, key="back", at=NOON)

        assert (Voucher.objects.get().state, points_of(ada, at=NOON)) == ("CANCELLED", 0)

    def test_fills_a_stamp_card_that_a_return_undoes(self, ada: Member, card: None):
        for key in "1234":
            purchasing.record(sale=sale(ada), key=key, at=NOON)
        bought = purchasing.record(sale=sale(None), key="5", at=NOON)
        attached = attach(bought, ada)

        returning.record(brought=Brought(purchase=attached, occurred_at=NOON), key="b", at=NOON)

        assert Voucher.objects.get().state == "CANCELLED"
        assert Account.objects.get(wallet__code="stamps").available == 4


class TestRefused:
    def test_is_what_is_a_members_already(self, ada: Member, nobodys: Purchase):
        bob = enrolling.enrol(at=NOON, email="bob@example.org")
        attach(nobodys, ada)
        before = moved()

        with pytest.raises(PurchaseAlreadyAttached) as refused:
            attach(nobodys, bob, key="b")

        assert refused.value.figures == {"purchase": nobodys.public_id}
        assert (moved(), Purchase.objects.get().member) == (before, ada)

    def test_is_what_came_back_in_part(self, ada: Member, nobodys: Purchase):
        brought = Brought(purchase=nobodys, occurred_at=NOON, amount_cents=100)
        returning.record(brought=brought, key="back", at=NOON)
        before = moved()

        with pytest.raises(PurchaseReturned):
            attach(nobodys, ada)

        assert (moved(), Purchase.objects.get().member) == (before, None)

    @pytest.mark.parametrize(("days", "after"), [(7, 8), (1, 2), (0, 1)])
    def test_is_what_is_too_old(self, ada: Member, nobodys: Purchase, days: int, after: int):
        Programme.objects.update(attach_days=days)
        revising.touch()
        before = moved()

        with pytest.raises(OccurredAtOutOfWindow):
            attach(nobodys, ada, at=NOON + timedelta(days=after))

        assert (moved(), Purchase.objects.get().member) == (before, None)

    def test_is_a_member_who_is_blocked(self, ada: Member, nobodys: Purchase):
        blocking.block(member=ada, at=NOON, actor="user:1")
        before = moved()

        with pytest.raises(blocking.MemberBlocked):
            attach(nobodys, ada)

        assert (moved(), Purchase.objects.get().member) == (before, None)


BIG = {"when": {"minimum_basket_cents": 5_000}, "then": {"give": "fixed", "points": 77}}
TEA = {"when": {"categories": ["tea"]}, "then": {"give": "multiplier", "factor": "1.5"}}
ONCE = {
    "then": {"give": "fixed", "points": 5},
    "limits": {"per_member": {"day": {"times": 2}}},
}
baskets = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["tea", "cake"]), st.integers(0, 9_000)),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)
quick = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestAnyPurchases:
    @quick
    @given(told=baskets)
    def test_give_the_same_named_or_attached(self, ada: Member, told: Any):
        with transaction.atomic():
            for code, terms in {"big": BIG, "tea": TEA, "once": ONCE}.items():
                publish(code, terms)

            named = self._told(ada, told, is_attached=False)
            attached = self._told(ada, told, is_attached=True)

            assert attached == named
            transaction.set_rollback(True)

    def _told(self, member: Member, told: Any, *, is_attached: bool) -> Any:
        """Tell the sales, and return what became of each, of the points and of the tier."""
        with transaction.atomic():
            awards = []
            for number, lines in enumerate(told):
                bought = [
                    SaleLine(category=category, quantity=Decimal(1), amount_cents=cents)
                    for category, cents in lines
                ]
                total = sum(line.amount_cents for line in bought)
                euros = f"{total // 100}.{total % 100:02}"
                at = NOON + timedelta(minutes=number)
                buyer = None if is_attached else member
                sold = sale(buyer, euros, lines=bought, occurred_at=at)
                purchase = purchasing.record(sale=sold, key=f"{number}", at=at)
                if is_attached:
                    purchase = attach(purchase, member, key=f"a{number}", at=at)
                facts = {**purchase.facts}
                facts.pop("attached", None)
                awards.append((purchase.award, facts, purchase.points, purchase.tier_id))
            lots = list(Lot.objects.order_by("number").values_list("remaining", "expires_at"))
            member.refresh_from_db()
            found = awards, lots, member.tier_id, points_of(member, at=NOON + timedelta(hours=1))
            transaction.set_rollback(True)
        return found
