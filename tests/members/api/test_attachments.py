"""attachMember, as tills see it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.programmes.models import Store
from members.models import Member, Purchase
from tests.members.api.conftest import Caller
from tests.members.api.test_purchases import sale
from tests.members.builders import moved

CARD = {"card": "2000000000121"}


@pytest.fixture
def bought(till: Caller, ada: Member) -> str:
    """The id of nobody's sale of 13.80."""
    return str(till.post("/purchases", sale(member=None), key="sale").json()["id"])


def attach(till: Caller, purchase: str, **said: Any) -> Any:
    return till.post(f"/purchases/{purchase}/member", {"member": CARD}, **said)


class TestAttachMember:
    def test_answers_as_the_sale_would_have_been(self, till: Caller, ada: Member, bought: str):
        response = attach(till, bought)

        assert response.status_code == 200
        answer = response.json()
        assert (answer["id"], answer["member"]) == (bought, ada.public_id)
        assert answer["award"] == {
            "points": 13,
            "lines": [{"rule": "base", "name": "1 point per €1.00", "points": 13}],
            "refused": [],
        }
        assert answer["balance"]["available"] == 13

    def test_again_is_answered_with_the_same_bytes(self, till: Caller, bought: str):
        first = attach(till, bought, key="k")
        before = moved()

        again = attach(till, bought, key="k")

        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert moved() == before

    def test_of_a_members_purchase_is_refused_by_name(self, till: Caller, bought: str):
        attach(till, bought)
        before = moved()

        answer = attach(till, bought)

        assert (answer.status_code, answer.json()["code"]) == (422, "purchase-already-attached")
        assert answer.json()["purchase"] == bought
        assert moved() == before

    def test_of_no_purchase_is_not_found(self, till: Caller, ada: Member):
        assert attach(till, "pur_zzz").json()["code"] == "not-found"

    def test_is_refused_to_a_till_for_training(self, till: Caller, bought: str):
        Store.objects.update(is_training=True)

        assert attach(till, bought).json()["code"] == "store-not-allowed"
        assert Purchase.objects.get().member is None

    def test_costs_the_same_statements_however_many_lines(
        self, till: Caller, ada: Member, bought: str
    ):
        attach(till, bought, key="warm")
        counts = []
        for lines in (1, 5):
            line = {"sku": "ESP250", "category": "coffee", "quantity": "1", "amount": "1.00"}
            told = sale(
                member=None, receipt=f"T1-{lines}", total=f"{lines}.00", lines=[line] * lines,
                payments=[],
            )  # fmt: skip
            sold = till.post("/purchases", told).json()["id"]
            with CaptureQueriesContext(connection) as queries:
                assert attach(till, sold).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]
