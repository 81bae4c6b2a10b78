"""Points that were missing from what a till let go: settled once, by somebody who may."""

import pytest
from django.test import Client

from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes import revising
from loyalty.programmes.models import Programme
from members import enrolling, owning, purchasing, reconciling
from members.models import Member, OfflineSpending
from members.selling import Payment
from tests.conftest import NOON
from tests.desk.conftest import SignIn, sign_in
from tests.members.builders import sale
from tests.members.staff import appoint

__all__ = ["sign_in"]

PAGE = "/desk/members/offlinespending/"


@pytest.fixture
def clara(programme: Programme) -> User:
    """Who looks after members where tills let 500 points go in a day."""
    Programme.objects.update(offline_points=500)
    revising.touch()
    return appoint(Role.CUSTOMER_CARE, "clara")


def short(member: Member, key: str = "s") -> OfflineSpending:
    """Somebody without any points whom a till let use 90."""
    paid = [Payment(means="points", amount_cents=90, points=90, offline=True)]
    told = sale(member, "0.90", payments=paid, receipt=key)
    return OfflineSpending.objects.get(purchase=purchasing.record(sale=told, key=key, at=NOON))


def own() -> Member:
    return enrolling.enrol(at=NOON, email="clara+shop@staff.example")


def settled() -> list[tuple[object, object]]:
    rows = OfflineSpending.objects.order_by("pk")
    return list(rows.values_list("settled_at", "settled_by"))


class TestSettle:
    def test_notes_who_dealt_with_it(self, clara: User, ada: Member):
        reconciling.settle(spending=short(ada), at=NOON, by=clara)

        assert settled() == [(NOON, clara.pk)]

    def test_is_refused_to_whoever_may_not(self, clara: User, ada: Member):
        cashier = appoint(Role.CASHIER)

        with pytest.raises(permitting.NotPermitted):
            reconciling.settle(spending=short(ada), at=NOON, by=cashier)

        assert settled() == [(None, None)]

    def test_is_refused_to_whoever_was_dismissed(self, clara: User, ada: Member):
        spending = short(ada)
        User.objects.filter(pk=clara.pk).update(is_active=False)

        with pytest.raises(permitting.NotPermitted):
            reconciling.settle(spending=spending, at=NOON, by=clara)

        assert settled() == [(None, None)]

    def test_of_ones_own_card_is_refused_and_left_to_a_colleague(self, clara: User):
        spending, denis = short(own()), appoint(Role.CUSTOMER_CARE, "denis")

        with pytest.raises(owning.OwnCard):
            reconciling.settle(spending=spending, at=NOON, by=clara)

        assert settled() == [(None, None)]
        reconciling.settle(spending=spending, at=NOON, by=denis)
        assert settled() == [(NOON, denis.pk)]


class TestTheList:
    def test_says_what_is_refused_and_settles_the_others(
        self, clara: User, ada: Member, sign_in: SignIn
    ):
        care: Client = sign_in(Role.CUSTOMER_CARE)
        User.objects.filter(pk=care.session["_auth_user_id"]).update(phone="+33612345678")
        theirs = short(enrolling.enrol(at=NOON, first_name="Clara", phone="+33612345678"), "a")
        others = short(ada, "b")

        asked = {"action": "settle", "_selected_action": [theirs.pk, others.pk]}
        told = [str(one) for one in care.post(PAGE, asked, follow=True).context["messages"]]

        assert told == [
            "Clara: This is your own card: ask a colleague.",
            "1 payment was settled.",
        ]
        assert [row.is_unsettled for row in OfflineSpending.objects.order_by("pk")] == [
            True,
            False,
        ]
