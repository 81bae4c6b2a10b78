"""recordReturn, as tills see it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes import revising
from loyalty.programmes.models import Store, WalletPolicy
from members import closing
from members.models import Member, Purchase, Return
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_purchases import sale
from tests.members.test_returning_effects import spend

# Without BEGIN and COMMIT. PostgreSQL writes the ledger in one.
STATEMENTS = {"sqlite": 40, "postgresql": 34}


@pytest.fixture
def bought(till: Caller, ada: Member) -> str:
    """The id of a sale of two packs of coffee for 13.80, which gave 13 points."""
    return str(till.post("/purchases", sale(), key="sale").json()["id"])


def facts() -> tuple[int, ...]:
    """Everything a return could have moved."""
    returned = Purchase.objects.order_by("pk").values_list("returned_cents", flat=True)
    events = OutboxEvent.objects.exclude(name="member.enrolled")
    return (Return.objects.count(), Entry.objects.count(), events.count(), *returned)


class TestRecordReturn:
    def test_answers_as_it_is_documented(self, till: Caller, ada: Member, bought: str):
        said = {"receipt": "T1-000131", "lines": [{"line": 1, "quantity": "1"}]}

        response = till.post(f"/purchases/{bought}/returns", said)

        returned = Return.objects.get()
        assert response.status_code == 201
        assert response["Location"] == (f"/api/v1/purchases/{bought}/returns/{returned.public_id}")
        answer = response.json()
        assert answer.pop("balance")["available"] == 6
        assert answer.pop("tier")["to_next"]["missing"] == "93.10"
        assert answer == {
            "id": returned.public_id,
            "purchase": bought,
            "receipt": "T1-000131",
            "member": ada.public_id,
            "total": "6.90",
            "left": "6.90",
            "taken_back": [{"wallet": "points", "points": 7}],
            "refund": [{"means": "card", "amount": "6.90"}],
            "vouchers": [],
        }

    def test_by_amount_takes_its_share(self, till: Caller, bought: str):
        answer = till.post(f"/purchases/{bought}/returns", {"amount": "6.90"}).json()

        assert answer["taken_back"] == [{"wallet": "points", "points": 6}]

    def test_says_that_nothing_moved_of_who_has_left(self, till: Caller, ada: Member, bought: str):
        closing.close(member=ada, key="bye", at=NOON, actor="staff")

        answer = till.post(f"/purchases/{bought}/returns", {}).json()

        assert (answer["total"], answer["taken_back"]) == ("13.80", [])
        assert Entry.objects.get(kind=Kind.CLAWBACK).points == 0
        event = OutboxEvent.objects.get(name="purchase.returned")
        assert event.payload["points"] == 0

    def test_says_what_could_be_taken_where_nothing_may_be_owed(
        self, till: Caller, ada: Member, bought: str
    ):
        WalletPolicy.objects.update(allows_debt=False)
        revising.touch()
        spend(ada, 10)

        answer = till.post(f"/purchases/{bought}/returns", {}).json()

        assert answer["taken_back"] == [{"wallet": "points", "points": 3}]

    def test_of_all_that_is_left_needs_no_words(self, till: Caller, bought: str):
        answer = till.post(f"/purchases/{bought}/returns", {}).json()

        assert (answer["total"], answer["left"]) == ("13.80", "0.00")
        assert answer["balance"]["available"] == 0

    def test_of_nobodys_sale_has_no_balance(self, till: Caller, ada: Member):
        sold = till.post("/purchases", sale(member=None), key="sale").json()["id"]

        answer = till.post(f"/purchases/{sold}/returns", {"amount": "1.00"}).json()

        assert (answer["member"], answer["balance"], answer["tier"]) == (None, None, None)
        assert answer["taken_back"] == []

    @pytest.mark.parametrize(
        "named",
        [
            {"key": "sale"},
            {"receipt": "T1-000123", "business_on": "2026-03-10"},
        ],
    )
    def test_finds_the_sale_by_what_its_till_called_it(
        self, till: Caller, bought: str, named: dict[str, str]
    ):
        answer = till.post("/purchases/-/returns", {"sale": named, "amount": "1.00"}).json()

        assert answer["purchase"] == bought

    def test_again_is_answered_with_the_same_bytes(self, till: Caller, bought: str):
        first = till.post(f"/purchases/{bought}/returns", {"amount": "1.00"}, key="back")
        before = facts()

        again = till.post(f"/purchases/{bought}/returns", {"amount": "1.00"}, key="back")

        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert facts() == before

    def test_costs_the_same_statements_whatever_comes_back(self, till: Caller, bought: str):
        till.post(f"/purchases/{bought}/returns", {"amount": "1.00"}, key="warm")

        with CaptureQueriesContext(connection) as queries:
            till.post(f"/purchases/{bought}/returns", {}, key="rest")

        told = [query["sql"] for query in queries]
        assert (
            len([sql for sql in told if sql not in {"BEGIN", "COMMIT"}])
            == (STATEMENTS[connection.vendor])
        )


class TestRefusals:
    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            ({"amount": "13.81"}, 422, "return-exceeds-sale"),
            ({"lines": [{"line": 1, "quantity": "2.5"}]}, 422, "return-exceeds-sale"),
            ({"occurred_at": "2026-03-01T11:45:00+01:00"}, 422, "occurred-at-out-of-window"),
            ({"store": "paris"}, 403, "store-not-allowed"),
            ({"lines": [{"line": 2, "quantity": "1"}]}, 400, "validation-failed"),
            ({"lines": [{"line": "1", "quantity": "1"}]}, 400, "validation-failed"),
            ({"lines": [{"line": 1, "quantity": "1"}] * 2}, 400, "validation-failed"),
            ({"lines": []}, 400, "validation-failed"),
            (
                {"lines": [{"line": 1, "quantity": "1"}], "amount": "1.00"},
                400,
                "validation-failed",
            ),
            ({"amount": "0.00"}, 400, "validation-failed"),
            ({"amount": "-1.00"}, 400, "validation-failed"),
            ({"sale": {"key": "sale"}}, 400, "validation-failed"),
        ],
    )
    def test_leave_all_as_it_is(
        self, till: Caller, bought: str, said: dict[str, Any], status: int, code: str
    ):
        before = facts()

        response = till.post(f"/purchases/{bought}/returns", said)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert facts() == before

    def test_say_how_much_is_left(self, till: Caller, bought: str):
        problem = till.post(f"/purchases/{bought}/returns", {"amount": "20.00"}).json()

        assert problem["left"] == "13.80"

    def test_lead_to_the_first_of_a_receipt(self, till: Caller, bought: str):
        said = {"receipt": "R-1", "amount": "1.00"}
        first = till.post(f"/purchases/{bought}/returns", said, key="1").json()["id"]

        second = till.post(f"/purchases/{bought}/returns", said, key="2")

        assert (second.status_code, second.json()["code"]) == (422, "duplicate-receipt")
        assert second["Location"].endswith(first)

    def test_a_sale_that_is_not_there(self, till: Caller, bought: str):
        response = till.post("/purchases/pur_nothing/returns", {})

        assert (response.status_code, response.json()["code"]) == (404, "not-found")

    @pytest.mark.parametrize(
        "named",
        [{"key": "later"}, {"receipt": "T1-000999", "business_on": "2026-03-10"}],
    )
    def test_a_sale_that_has_not_arrived_may_be_asked_again(
        self, till: Caller, bought: str, named: dict[str, str]
    ):
        said = {"sale": named, "amount": "1.00"}
        first = till.post("/purchases/-/returns", said, key="back")
        till.post("/purchases", sale(receipt="T1-000999"), key="later")

        again = till.post("/purchases/-/returns", said, key="back")

        assert (first.status_code, first.json()["code"]) == (409, "not-known-yet")
        assert first.json()["retryable"] is True
        assert again.status_code == 201

    @pytest.mark.parametrize(
        "named",
        [{}, {"receipt": "T1-000123"}, {"key": "sale", "receipt": "T1-000123"}, {"key": ""}],
    )
    def test_a_sale_that_is_not_named(self, till: Caller, bought: str, named: dict[str, str]):
        response = till.post("/purchases/-/returns", {"sale": named})

        assert response.status_code == 400

    def test_an_address_that_names_none(self, till: Caller, bought: str):
        problem = till.post("/purchases/-/returns", {}).json()

        assert [error["code"] for error in problem["errors"]] == ["one-identifier"]

    def test_a_training_store(self, web: Caller, bought: str):
        Store.objects.create(code="school", name="School", is_training=True)

        before = facts()

        response = web.post(f"/purchases/{bought}/returns", {"store": "school"})

        assert (response.status_code, response.json()["code"]) == (403, "store-not-allowed")
        assert facts() == before
