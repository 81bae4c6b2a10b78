"""recordPurchase and previewPurchase, as tills see them."""

import copy
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.clients.models import Answer
from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Store
from members import blocking, closing, showing
from members.models import Card, Member, Purchase
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import ahead

# Without BEGIN and COMMIT. PostgreSQL writes the ledger in one.
STATEMENTS = {"sqlite": 24, "postgresql": 18}
SALE: dict[str, Any] = {
    "member": {"card": "2000000000121"},
    "receipt": "T1-000123",
    "occurred_at": "2026-03-10T11:45:00+01:00",
    "total": "13.80",
    "lines": [
        {
            "sku": "ESP250",
            "name": "Espresso 250 g",
            "category": "coffee",
            "quantity": "2",
            "amount": "13.80",
        }
    ],
    "payments": [{"means": "card", "amount": "13.80"}],
}


def sale(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SALE), **changes}


def facts() -> tuple[int, ...]:
    """Everything a purchase could have moved."""
    return (
        Purchase.objects.count(),
        Entry.objects.count(),
        OutboxEvent.objects.exclude(name="member.enrolled").count(),
    )


class TestRecordPurchase:
    def test_answers_as_it_is_documented(self, till: Caller, ada: Member):
        response = till.post("/purchases", sale())

        purchase = Purchase.objects.get()
        assert response.status_code == 201
        assert response.json() == {
            "id": purchase.public_id,
            "receipt": "T1-000123",
            "member": ada.public_id,
            "total": "13.80",
            "award": {
                "points": 13,
                "lines": [{"rule": "base", "name": "1 point per €1.00", "points": 13}],
                "refused": [],
            },
            "balance": {
                "available": 13,
                "pending": 0,
                "held": 0,
                "next_expiry": {
                    "points": 13,
                    "at": "2027-03-11T00:00:00+01:00",
                    "valid_until": "2027-03-10",
                },
            },
            "tier": {
                "code": "member",
                "until": None,
                "is_given": False,
                "to_next": ahead("silver", "86.20"),
                "to_keep": None,
            },
            "vouchers": [],
            "payments": [{"means": "card", "amount": "13.80"}],
        }
        assert response["Location"] == f"/api/v1/purchases/{purchase.public_id}"

    def test_keeps_what_the_till_said(self, till: Caller, shop: Store, ada: Member):
        till.post("/purchases", sale())

        kept = Purchase.objects.get()
        line = kept.lines.get()
        assert (kept.store, kept.client, kept.till) == (
            shop, till.client.public_id, till.client.public_id,
        )  # fmt: skip
        assert (kept.total_cents, kept.payments) == (
            1380, [{"means": "card", "amount_cents": 1380}],
        )  # fmt: skip
        assert (line.sku, line.category, str(line.quantity), line.amount_cents) == (
            "ESP250", "coffee", "2.000", 1380,
        )  # fmt: skip

    def test_speaks_french_unless_asked(self, till: Caller, ada: Member):
        response = till.post("/purchases", sale(), **{"Accept-Language": "de"})

        name = response.json()["award"]["lines"][0]["name"]
        assert name == "1 point par tranche de 1,00\xa0€"

    def test_takes_an_anonymous_sale(self, till: Caller, ada: Member):
        response = till.post("/purchases", sale(member=None))

        assert response.status_code == 201
        assert response.json()["member"] is None
        assert response.json()["balance"] is None
        assert response.json()["award"]["points"] == 0

    @pytest.mark.parametrize("name", ["id", "email", "card", "code"])
    def test_finds_the_member_by(self, till: Caller, ada: Member, name: str):
        shown = {
            "id": ada.public_id,
            "email": "ADA@example.org ",
            "card": "2000 0000 0012 1",
            "code": "2000000000121",
        }

        response = till.post("/purchases", sale(member={name: shown[name]}))

        assert response.json()["member"] == ada.public_id

    def test_lets_the_same_key_act_once(self, till: Caller, ada: Member):
        first = till.post("/purchases", sale(), key="k")
        after = facts()

        again = till.post("/purchases", sale(), key="k")

        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"
        assert facts() == after

    def test_gives_the_tier_it_reaches_at_once(self, till: Caller, ada: Member):
        response = till.post("/purchases", {"member": {"id": ada.public_id}, "total": "100.00"})

        assert response.json()["tier"] == {
            "code": "silver",
            "until": "2027-03-10",
            "is_given": False,
            "to_next": ahead("gold", "150.00"),
            "to_keep": ahead("silver", "100.00", by="2027-03-10"),
        }

    def test_costs_the_same_with_one_line_or_eighty(self, till: Caller, ada: Member):
        till.post("/purchases", sale(receipt="warm"))
        many = sale(
            total="8.00", payments=[], receipt="many",
            lines=[{"sku": f"S{n}", "amount": "0.10"} for n in range(80)],
        )  # fmt: skip
        few = sale(
            total="10.00", payments=[], receipt="few", lines=[{"sku": "S", "amount": "10.00"}]
        )

        counts = []
        for body in (few, many):
            with CaptureQueriesContext(connection) as seen:
                assert till.post("/purchases", body).status_code == 201
            counts.append(sum("SAVEPOINT" not in query["sql"] for query in seen))

        assert counts == [STATEMENTS[connection.vendor]] * 2


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    (sale(member={"card": "2999999999994"}), 404, "member-not-found"),
    (sale(member={"id": "mem_nobody"}), 404, "member-not-found"),
    (sale(member={"id": "mem_é\u200b"}), 404, "member-not-found"),
    (sale(store="paris"), 403, "store-not-allowed"),
    (sale(occurred_at="2026-03-03T11:59:59+01:00"), 422, "occurred-at-out-of-window"),
    (sale(occurred_at="2026-03-10T12:05:01+01:00"), 422, "occurred-at-out-of-window"),
]

INVALID: list[tuple[dict[str, Any], str, str]] = [
    ({"total": "1.00"}, "/member", "required"),
    ({"member": None}, "/total", "required"),
    (sale(total=13.8), "/total", "decimal-string"),
    (sale(total=13), "/total", "decimal-string"),
    (sale(total="13,80"), "/total", "decimal-string"),
    (sale(total="1e3"), "/total", "decimal-string"),
    (sale(total="013.80"), "/total", "decimal-string"),
    (sale(total="13.801"), "/total", "too-many-decimals"),
    (sale(total="-1.00"), "/total", "negative"),
    (sale(total="-0"), "/total", "negative"),
    (sale(total=None), "/total", "null"),
    (sale(total="13.81", payments=[]), "/total", "lines-do-not-add-up"),
    (sale(payments=[{"means": "card", "amount": "1.00"}]), "/payments", "payments-do-not-add-up"),
    (sale(payments=[{"means": "points", "amount": "13.80"}]), "/payments/0/hold", "not-its-means"),
    (sale(lines=[{"amount": "13.80", "quantity": 2}]), "/lines/0/quantity", "decimal-string"),
    (sale(lines=[{"amount": "13.80", "quantity": "0"}]), "/lines/0/quantity", "decimal-string"),
    (sale(lines=[{"amount": 13.8}]), "/lines/0/amount", "decimal-string"),
    (sale(lines=[{"amount": "13.80", "a/b~c": 1}]), "/lines/0/a~1b~0c", "unknown-field"),
    (sale(lines=["13.80"]), "/lines/0", "invalid"),
    (sale(lines={"amount": "13.80"}), "/lines", "not-a-list"),
    (sale(points=5), "/points", "unknown-field"),
    (sale(occurred_at="2026-03-10T11:45:00"), "/occurred_at", "moment"),
    (sale(occurred_at="2026-02-30T11:45:00Z"), "/occurred_at", "moment"),
    (sale(occurred_at="9999-12-31T23:59:59-14:00"), "/occurred_at", "moment"),
    (sale(occurred_at=1773139500), "/occurred_at", "moment"),
    (sale(member={}), "/member", "one-identifier"),
    (sale(member={"card": "2000000000121", "code": "1"}), "/member", "one-identifier"),
    (sale(member={"card": 2000000000121}), "/member/card", "invalid"),
    (sale(member={"card": "?"}), "/member/card", "invalid"),
    (sale(member={"card": None}), "/member/card", "null"),
    (sale(member="2000000000121"), "/member", "invalid"),
    (sale(receipt=123), "/receipt", "invalid"),
    (sale(receipt="x" * 81), "/receipt", "max-length"),
]


@pytest.mark.usefixtures("ada")
class TestInvalid:
    @pytest.mark.parametrize(("body", "status", "code"), REFUSALS)
    @pytest.mark.parametrize("call", ["/purchases", "/purchases/preview"])
    def test_are_said_by_code_and_move_nothing(
        self, till: Caller, call: str, body: Any, status: int, code: str
    ):
        before = facts()

        response = till.post(call, body)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response["Content-Type"] == "application/problem+json"
        assert facts() == before

    @pytest.mark.parametrize(("body", "pointer", "code"), INVALID)
    @pytest.mark.parametrize("call", ["/purchases", "/purchases/preview"])
    def test_point_at_the_value(self, till: Caller, call: str, body: Any, pointer: str, code: str):
        before = facts()

        response = till.post(call, body)

        assert (response.status_code, response.json()["code"]) == (400, "validation-failed")
        shown = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
        assert shown == [(pointer, code)]
        assert facts() == before
        assert Answer.objects.exists() is False

    def test_say_all_that_is_wrong_at_once(self, till: Caller, ada: Member):
        response = till.post("/purchases", {"total": 1, "member": None, "a": 1, "b": 2})

        shown = {(error["pointer"], error["code"]) for error in response.json()["errors"]}
        assert shown == {
            ("/total", "decimal-string"), ("/a", "unknown-field"), ("/b", "unknown-field"),
        }  # fmt: skip


class TestRefusals:
    def test_name_the_first_of_two_receipts(self, till: Caller, ada: Member):
        first = till.post("/purchases", sale()).json()["id"]
        before = facts()

        response = till.post("/purchases", sale(total="9.00", lines=[], payments=[]))

        assert (response.status_code, response.json()["code"]) == (422, "duplicate-receipt")
        assert response["Location"] == f"/api/v1/purchases/{first}"
        assert facts() == before

    @pytest.mark.parametrize(
        ("again", "status"),
        [("T1-\u200b000123\ufeff", 422), ("T1\u00ad-000123", 422), ("t1-000123", 201)],
        ids=["what nobody sees", "a hyphen that may be", "lower case is another"],
    )
    def test_know_a_receipt_by_what_is_printed(
        self, till: Caller, ada: Member, again: str, status: int
    ):
        till.post("/purchases", sale())

        response = till.post("/purchases", sale(receipt=again))

        assert response.status_code == status
        assert Purchase.objects.count() == (1 if status == 422 else 2)

    def test_find_nothing_in_a_receipt_that_nobody_sees(self, till: Caller, ada: Member):
        response = till.post("/purchases", sale(receipt="\u200b\u2060"))

        errors = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
        assert (response.status_code, errors) == (400, [("/receipt", "blank")])
        assert Purchase.objects.exists() is False

    def test_keep_a_blocked_member_from_earning(self, till: Caller, ada: Member):
        blocking.block(member=ada, at=NOON, actor="usr_1")
        before = facts()

        response = till.post("/purchases", sale())

        assert (response.status_code, response.json()["code"]) == (422, "member-blocked")
        assert facts() == before

    def test_keep_a_blocked_card_from_earning(self, till: Caller, ada: Member):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")
        before = facts()

        response = till.post("/purchases", sale())

        assert (response.status_code, response.json()["code"]) == (422, "card-blocked")
        assert facts() == before

    def test_keep_who_left_from_earning(self, till: Caller, ada: Member):
        closing.close(member=ada, key="close", at=NOON, actor="usr_1")
        before = facts()

        response = till.post("/purchases", sale(member={"id": ada.public_id}))

        assert (response.status_code, response.json()["code"]) == (422, "member-closed")
        assert facts() == before

    def test_are_kept_under_the_key(self, till: Caller, ada: Member):
        blocking.block(member=ada, at=NOON, actor="usr_1")
        first = till.post("/purchases", sale(), key="k")
        blocking.unblock(member=ada, at=NOON, actor="usr_1")

        again = till.post("/purchases", sale(), key="k")

        assert again.content == first.content
        assert Purchase.objects.exists() is False

    def test_that_may_change_are_not_kept(self, till: Caller, ada: Member):
        card = Card.objects.get()
        Card.objects.update(number="2000000000999")
        missed = till.post("/purchases", sale(), key="k")
        Card.objects.update(number=card.number)

        again = till.post("/purchases", sale(), key="k")

        assert (missed.status_code, again.status_code) == (404, 201)

    def test_are_said_in_the_language_of_the_caller(self, till: Caller, ada: Member):
        english = till.post("/purchases", sale(store="paris")).json()

        assert english["detail"] == "This client may only act for its own store."


class TestStore:
    def test_may_be_named_by_a_client_of_the_programme(
        self, web: Caller, shop: Store, ada: Member
    ):
        response = web.post("/purchases", sale(store="lyon"))

        assert response.status_code == 201
        assert Purchase.objects.get().store == shop

    def test_must_exist(self, web: Caller, ada: Member):
        response = web.post("/purchases", sale(store="paris"))

        assert response.json()["errors"][0]["code"] == "unknown-store"

    def test_may_be_named_by_its_own_till(self, till: Caller, ada: Member):
        assert till.post("/purchases", sale(store="lyon")).status_code == 201


class TestPreview:
    def test_is_the_award_of_the_purchase(self, till: Caller, ada: Member):
        preview = till.post("/purchases/preview", sale(), key=None)
        before = facts()

        purchase = till.post("/purchases", sale())

        assert preview.status_code == 200
        assert preview.json() == {
            "member": ada.public_id,
            "total": "13.80",
            "award": purchase.json()["award"],
        }
        assert before[0] == 0

    def test_leaves_the_code_on_a_phone_to_the_purchase(self, till: Caller, ada: Member):
        code = showing.issue(card=Card.objects.get(), at=NOON)

        preview = till.post("/purchases/preview", sale(member={"code": code}), key=None)
        first = till.post("/purchases", sale(member={"code": code}), key="k")
        again = till.post("/purchases", sale(member={"code": code}), key="k")
        other = till.post("/purchases", sale(member={"code": code}, receipt="2"))

        assert (preview.status_code, first.status_code) == (200, 201)
        assert again.json() == first.json()
        assert (other.status_code, other.json()["code"]) == (404, "member-not-found")

    def test_writes_nothing(self, till: Caller, ada: Member):
        before = facts()

        till.post("/purchases/preview", sale(), key="k")

        assert facts() == before
        assert Answer.objects.exists() is False
