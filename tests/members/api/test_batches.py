"""recordBatch: what an offline till journalled, in any order, each thing once."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from loyalty.clients.models import Answer, Client, Scope
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members.api import batches
from members.models import Member, Purchase, Return
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_members import NEWCOMER
from tests.members.api.test_purchases import STATEMENTS, sale
from tests.members.api.test_schemas import check
from tests.racing import at_once

pytestmark = pytest.mark.django_db
Item = dict[str, Any]
OF_A_SALE = {"operation": "recordReturn", "key": "b", "body": {}}


def sell(key: str, **changes: Any) -> Item:
    return {"operation": "recordPurchase", "key": key, "body": sale(**changes)}


def enrol(key: str, **changes: Any) -> Item:
    return {"operation": "enrolMember", "key": key, "body": {**NEWCOMER, **changes}}


def bring_back(key: str, of: str, **body: Any) -> Item:
    return {"operation": "recordReturn", "key": key, "body": {"sale": {"key": of}, **body}}


def send(till: Caller, *items: Any) -> list[dict[str, Any]]:
    response = till.post("/purchases/batch", {"items": list(items)}, key=None)
    assert response.status_code == 200, response.content
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def facts() -> tuple[int, ...]:
    return (
        Member.objects.count(),
        Purchase.objects.count(),
        Return.objects.count(),
        Entry.objects.count(),
        Answer.objects.count(),
    )


class TestRecordBatch:
    def test_answers_as_it_is_documented(self, till: Caller, ada: Member):
        response = till.post("/purchases/batch", {"items": [sell("k")]}, key=None)

        purchase = Purchase.objects.get()
        check("Batch", response.json())
        [result] = response.json()["results"]
        body = result.pop("body")
        assert result == {
            "key": "k",
            "status": 201,
            "location": f"/api/v1/purchases/{purchase.public_id}",
            "replayed": None,
        }
        check("Purchase", body)
        assert (body["id"], body["award"]["points"]) == (purchase.public_id, 13)

    def test_enrols_sells_and_takes_back_whatever_the_order(
        self, till: Caller, programme: Programme
    ):
        results = send(
            till,
            bring_back("back", of="sold", amount="3.80"),
            sell("sold", member={"key": "joined"}),
            enrol("joined"),
        )

        assert [result["status"] for result in results] == [201, 201, 201]
        assert [result["key"] for result in results] == ["back", "sold", "joined"]
        assert results[0]["body"]["balance"]["available"] == 10
        assert results[0]["location"].startswith("/api/v1/purchases/-/returns/ret_")

    def test_answers_each_key_as_a_call_alone_does(self, till: Caller, ada: Member):
        [made] = send(till, sell("k"))
        after = facts()

        alone = till.post("/purchases", sale(), key="k")
        [again] = send(till, sell("k"))

        assert (alone.status_code, alone["Idempotent-Replayed"]) == (201, "true")
        assert alone.json() == made["body"]
        assert again == {**made, "replayed": "true"}
        assert facts() == after

    def test_knows_what_a_call_alone_did(self, till: Caller, ada: Member):
        alone = till.post("/purchases", sale(), key="k")
        back = till.post("/purchases/-/returns", {"sale": {"key": "k"}}, key="b")

        results = send(till, bring_back("b", of="k"), sell("k"))

        assert [result["replayed"] for result in results] == ["true", "true"]
        assert [result["body"] for result in results] == [back.json(), alone.json()]

    def test_takes_back_a_sale_by_its_id(self, till: Caller, ada: Member):
        sold = till.post("/purchases", sale(), key="k").json()["id"]
        item = {"operation": "recordReturn", "key": "b", "purchase": sold, "body": {}}

        [result] = send(till, item)
        alone = till.post(f"/purchases/{sold}/returns", {}, key="b")

        assert result["status"] == 201
        assert (alone.json(), alone["Idempotent-Replayed"]) == (result["body"], "true")

    def test_does_a_thing_that_is_told_twice_once(self, till: Caller, ada: Member):
        first, second = send(till, sell("k"), sell("k"))

        assert (first["status"], second["status"]) == (201, 201)
        assert (second["body"], second["replayed"]) == (first["body"], "true")
        assert Purchase.objects.count() == 1

    def test_refuses_one_and_does_the_others(self, till: Caller, ada: Member):
        results = send(
            till,
            sell("a", receipt="1"),
            {"operation": "recordPurchase", "key": "b", "body": {"total": 5}},
            sell("c", receipt="1"),
            {"operation": "burnPoints", "key": "d", "body": {}},
            "nonsense",
            sell("e" * 256, receipt="2"),
            sell("é", receipt="2"),
            sell("f", receipt="2", store="nice"),
            sell("a", receipt="3"),
            sell("g", receipt="4"),
        )

        assert [(result["status"], result["body"].get("code")) for result in results] == [
            (201, None),
            (400, "validation-failed"),
            (422, "duplicate-receipt"),
            (400, "validation-failed"),
            (400, "validation-failed"),
            (400, "validation-failed"),
            (400, "idempotency-key-missing"),
            (403, "store-not-allowed"),
            (422, "idempotency-key-reused"),
            (201, None),
        ]
        assert Purchase.objects.count() == 2
        assert results[4]["key"] == ""
        assert {error["pointer"] for error in results[1]["body"]["errors"]} == {
            "/member",
            "/total",
        }

    @pytest.mark.parametrize(
        ("item", "pointer"),
        [
            (None, ""),
            ({**OF_A_SALE, "purchase": "a/b"}, "/purchase"),
            ({**OF_A_SALE, "purchase": None}, "/purchase"),
            ({**OF_A_SALE, "body": None}, "/body"),
        ],
        ids=["null", "a path", "a null sale", "a null body"],
    )
    def test_refuses_one_that_names_nothing_and_does_the_others(
        self, till: Caller, ada: Member, item: Any, pointer: str
    ):
        refused, done = send(till, item, sell("k"))

        assert (refused["status"], refused["body"]["code"]) == (400, "validation-failed")
        assert [error["pointer"] for error in refused["body"]["errors"]] == [pointer]
        assert (done["status"], Purchase.objects.count()) == (201, 1)

    def test_asks_of_each_what_its_call_asks(self, till: Caller, ada: Member):
        Client.objects.update(scopes=[Scope.PURCHASES_WRITE])

        results = send(till, enrol("e"), sell("s"))

        assert [result["status"] for result in results] == [403, 201]
        assert results[0]["body"]["code"] == "scope-missing"

    def test_needs_its_scope(self, till: Caller, ada: Member):
        Client.objects.update(scopes=[Scope.MEMBERS_WRITE])

        response = till.post("/purchases/batch", {"items": [enrol("e")]}, key=None)

        assert (response.status_code, response.json()["code"]) == (403, "scope-missing")

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/items"),
            ([], ""),
            ({"items": []}, "/items"),
            ({"items": {}}, "/items"),
            ({"items": [1] * 1001}, "/items"),
            ({"items": [1], "more": 1}, "/more"),
        ],
    )
    def test_refuses_what_is_no_batch(self, till: Caller, body: Any, pointer: str):
        response = till.post("/purchases/batch", body, key=None)

        assert (response.status_code, response.json()["code"]) == (400, "validation-failed")
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]

    def test_has_a_size(self, till: Caller, settings: Settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

        response = till.post("/purchases/batch", {"items": ["x" * 1_000]}, key=None)

        assert (response.status_code, response.json()["code"]) == (413, "payload-too-large")

    def test_costs_of_each_what_its_call_costs(self, till: Caller, ada: Member):
        send(till, sell("warm", receipt="0"))

        with CaptureQueriesContext(connection) as one:
            send(till, sell("a", receipt="1"))
        with CaptureQueriesContext(connection) as three:
            send(till, *(sell(f"k{number}", receipt=f"{number + 2}") for number in range(3)))

        # What is asked once: the key of the client.
        each = len(one) - 1
        assert len(three) == 1 + 3 * each
        assert without_transactions(one) == STATEMENTS[connection.vendor]


class TestNotKnownYet:
    def test_is_whoever_will_be_enrolled(self, till: Caller, ada: Member):
        before = facts()

        results = send(
            till,
            sell("a", member={"key": "joined"}),
            sell("b", member={"card": "2999999999994"}),
        )

        assert [(result["status"], result["body"]["code"]) for result in results] == [
            (409, "not-known-yet"),
            (409, "not-known-yet"),
        ]
        assert [result["body"]["retryable"] for result in results] == [True, True]
        assert facts() == before

    def test_is_a_sale_to_come(self, till: Caller, ada: Member):
        results = send(till, bring_back("b", of="k"))
        assert results[0]["body"]["code"] == "not-known-yet"

        results = send(till, bring_back("b", of="k"), sell("k"))
        assert [result["status"] for result in results] == [201, 201]

    def test_ends_when_the_sale_is_too_old(self, till: Caller, ada: Member):
        old = (NOON - timedelta(days=7, seconds=1)).isoformat()

        [result] = send(till, sell("a", member={"key": "joined"}, occurred_at=old))

        assert result["body"]["code"] == "occurred-at-out-of-window"

    def test_is_said_to_a_call_alone_that_names_its_key(self, till: Caller, ada: Member):
        body = sale(member={"key": "joined"})

        early = till.post("/purchases", body, key="k")
        till.post("/members", NEWCOMER, key="joined")
        then = till.post("/purchases", body, key="k")

        assert (early.status_code, early.json()["code"]) == (409, "not-known-yet")
        assert then.status_code == 201

    def test_is_whoever_another_client_enrolled(self, till: Caller, web: Caller, ada: Member):
        web.post("/members", NEWCOMER, key="joined")

        assert send(till, sell("a", member={"key": "joined"}))[0]["status"] == 409


class TestWhatStops:
    def test_guessing(self, till: Caller, ada: Member):
        Client.objects.update(misses_allowed=2)
        guesses = [
            sell(f"g{n}", member={"card": f"29999999999{n}4"}, receipt=f"{n}") for n in range(4)
        ]

        results = send(till, *guesses, sell("k"))
        again = till.post("/purchases/batch", {"items": [sell("k")]}, key=None)

        assert [result["status"] for result in results] == [409, 409, 429, 429, 429]
        assert again.status_code == 429
        assert Purchase.objects.exists() is False

    def test_time(self, till: Caller, ada: Member, monkeypatch: pytest.MonkeyPatch):
        seconds = count(0, 11)
        monkeypatch.setattr(batches.time, "monotonic", lambda: float(next(seconds)))

        results = send(till, *(sell(f"k{n}", receipt=f"{n}") for n in range(3)))

        assert [result["status"] for result in results] == [201, 503, 503]
        assert {result["body"]["code"] for result in results[1:]} == {"overloaded"}
        assert Purchase.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_the_same_batch_is_done_once(self, till: Caller, ada: Member):
        items = [sell(f"k{n}", receipt=f"{n}") for n in range(4)]

        answers = at_once(lambda _number: send(till, *items), calls=3)

        statuses = {result["status"] for results in answers for result in results}
        made = [
            r
            for results in answers
            for r in results
            if (r["status"], r["replayed"]) == (201, None)
        ]
        assert statuses <= {201, 409}
        assert len(made) == Purchase.objects.count() == 4
        assert sum(Entry.objects.values_list("points", flat=True)) == 4 * 13


def without_transactions(captured: CaptureQueriesContext) -> int:
    bounds = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(bounds) for query in captured.captured_queries)
