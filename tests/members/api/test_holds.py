"""createHold, captureHold, voidHold, as tills see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope
from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry, Hold
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Store
from members import blocking, closing
from members.models import Card, Member, TillHold
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_purchases import sale
from tests.members.builders import points_of

# Without BEGIN and COMMIT. PostgreSQL writes the ledger in one.
STATEMENTS = {
    "sqlite": {"hold": 28, "capture": 25, "void": 25},
    "postgresql": {"hold": 21, "capture": 18, "void": 18},
}
CARD = {"card": "2000000000121"}


@pytest.fixture
def till(shop: Store) -> Caller:
    scopes = [Scope.PURCHASES_WRITE, Scope.POINTS_SPEND]
    return Caller(issuing.create_client(name="Till 1", scopes=scopes, store=shop, at=NOON))


@pytest.fixture
def rich(till: Caller, ada: Member) -> Member:
    """Ada, with 1000 points."""
    till.post("/purchases", sale(total="1000.00", lines=[], payments=[]), key="rich")
    return ada


def held(till: Caller, key: str = "", **said: Any) -> Any:
    return till.post("/holds", {"member": CARD, **said}, key=key)


def facts() -> tuple[int, ...]:
    """Everything that a refusal must leave as it is."""
    open_holds = Hold.objects.filter(state="OPEN").count()
    sent = OutboxEvent.objects.exclude(name="member.updated").count()
    return (Entry.objects.count(), TillHold.objects.count(), open_holds, sent)


def rule(**said: Any) -> None:
    Programme.objects.update(**said)
    revising.touch()


class TestCreateHold:
    def test_answers_as_it_is_documented(self, till: Caller, rich: Member, shop: Store):
        response = held(till, points=500)

        row = TillHold.objects.select_related("hold").get()
        assert response.status_code == 201
        assert response["Location"] == f"/api/v1/holds/{row.hold.public_id}"
        answer = response.json()
        assert answer.pop("balance") == {
            "available": 500,
            "pending": 0,
            "held": 500,
            "next_expiry": {
                "points": 500,
                "at": "2027-03-11T00:00:00+01:00",
                "valid_until": "2027-03-10",
            },
        }
        assert answer == {
            "id": row.hold.public_id,
            "member": rich.public_id,
            "state": "open",
            "points": 500,
            "value": "5.00",
            "captured": 0,
            "expires_at": "2026-03-10T12:15:00+01:00",
        }
        assert (row.store, row.client, row.member) == (shop, till.client.public_id, rich)
        assert verifying.verify().first_fault is None

    @pytest.mark.parametrize(
        ("said", "points", "value"),
        [
            ({"amount": "5.00"}, 500, "5.00"),
            ({"points": 2000}, 1000, "10.00"),
            ({"points": 900, "basket": "3.20"}, 320, "3.20"),
            ({"amount": "9.00", "basket": "20.00"}, 900, "9.00"),
        ],
    )
    def test_holds_what_was_asked_is_there_and_may_pay(
        self, till: Caller, rich: Member, said: dict[str, Any], points: int, value: str
    ):
        answer = held(till, **said).json()

        assert (answer["points"], answer["value"]) == (points, value)

    @pytest.mark.parametrize(
        ("said", "points"),
        [
            ({"pay_share_percent": 50}, 320),
            ({"pay_most_points": 250}, 250),
            ({"pay_most_points": 250, "pay_share_percent": 10}, 64),
        ],
    )
    def test_holds_no_more_than_the_programme_allows(
        self, till: Caller, rich: Member, said: dict[str, int], points: int
    ):
        rule(**said)

        assert held(till, points=900, basket="6.40").json()["points"] == points

    def test_lasts_as_long_as_asked(self, till: Caller, rich: Member):
        answer = held(till, points=1, minutes=1440).json()

        assert answer["expires_at"] == "2026-03-11T12:00:00+01:00"

    def test_again_is_answered_with_the_same_bytes(self, till: Caller, rich: Member):
        first = held(till, key="k", points=600)
        before = facts()
        again = held(till, key="k", points=600)

        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert facts() == before

    def test_keeps_its_worth_when_the_value_of_a_point_changes(self, till: Caller, rich: Member):
        made = held(till, points=500).json()["id"]
        rule(value_of_point="0.0200")

        answer = till.post(f"/holds/{made}/capture", {}).json()

        assert answer["value"] == "5.00"


class TestRefusedHolds:
    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            ({}, 400, "validation-failed"),
            ({"points": 1, "amount": "1.00"}, 400, "validation-failed"),
            ({"points": 0}, 400, "validation-failed"),
            ({"points": "5"}, 400, "validation-failed"),
            ({"amount": "0.00"}, 400, "validation-failed"),
            ({"points": 5, "minutes": 1441}, 400, "validation-failed"),
            ({"points": 5, "store": "paris"}, 403, "store-not-allowed"),
            ({"points": 5, "basket": "0.00"}, 422, "points-cannot-pay"),
        ],
    )
    def test_move_nothing(
        self, till: Caller, rich: Member, said: dict[str, Any], status: int, code: str
    ):
        before = facts()

        response = held(till, **said)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert facts() == before

    def test_say_what_is_there(self, till: Caller, rich: Member):
        rule(pay_least_points=1001)
        before = facts()

        answer = held(till, points=1500).json()

        assert (answer["code"], answer["available"], answer["required"]) == (
            "insufficient-points", 1000, 1001,
        )  # fmt: skip
        assert facts() == before

    def test_say_what_may_pay(self, till: Caller, rich: Member):
        rule(pay_least_points=500, pay_share_percent=50)
        before = facts()

        answer = held(till, points=800, basket="6.00").json()

        assert (answer["code"], answer["limit"], answer["minimum"]) == (
            "points-cannot-pay", 300, 500,
        )  # fmt: skip
        assert facts() == before

    def test_ask_for_the_basket_of_which_points_pay_a_share(self, till: Caller, rich: Member):
        rule(pay_share_percent=50)

        answer = held(till, points=800).json()

        assert answer["errors"][0]["pointer"] == "/basket"
        assert TillHold.objects.exists() is False

    def test_keep_a_client_within_its_day(self, till: Caller, rich: Member):
        Client.objects.update(spent_a_day=600)
        held(till, points=500)
        before = facts()

        answer = held(till, points=101).json()

        assert (answer["code"], answer["limit"], answer["left"]) == ("limit-exceeded", 600, 100)
        assert facts() == before

    @pytest.mark.parametrize("code", ["member-blocked", "member-closed", "spending-locked"])
    def test_name_why_this_member_may_not_spend(self, till: Caller, rich: Member, code: str):
        stop(rich, code)
        before = facts()

        answer = till.post("/holds", {"member": {"id": rich.public_id}, "points": 5})

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert facts() == before

    def test_take_no_card_that_was_blocked(self, till: Caller, rich: Member):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="user:1")

        answer = held(till, points=5)

        assert (answer.status_code, answer.json()["code"]) == (422, "card-blocked")
        assert TillHold.objects.exists() is False

    def test_are_those_of_a_till_for_training(self, till: Caller, rich: Member):
        Store.objects.update(is_training=True)

        assert held(till, points=5).json()["code"] == "store-not-allowed"
        assert TillHold.objects.exists() is False


def stop(member: Member, code: str) -> None:
    if code == "member-blocked":
        blocking.block(member=member, at=NOON, actor="user:1")
    elif code == "member-closed":
        closing.close(member=member, key="close", at=NOON)
    else:
        Member.objects.update(spending_locked_until=NOON + timedelta(hours=1))


@pytest.fixture
def made(till: Caller, rich: Member) -> str:
    """The id of 500 points held."""
    return str(held(till, points=500, key="made").json()["id"])


class TestCaptureHold:
    @pytest.mark.parametrize(
        ("said", "captured", "available"),
        [({}, 500, 500), ({"points": 120}, 120, 880), ({"amount": "3.33"}, 333, 667)],
    )
    def test_spends_and_lets_the_rest_go(
        self, till: Caller, made: str, said: dict[str, Any], captured: int, available: int
    ):
        response = till.post(f"/holds/{made}/capture", said)

        assert response.status_code == 200
        answer = response.json()
        assert (answer["state"], answer["captured"]) == ("captured", captured)
        assert (answer["balance"]["available"], answer["balance"]["held"]) == (available, 0)
        assert verifying.verify().first_fault is None

    @pytest.mark.parametrize("said", [{"points": 501}, {"amount": "5.01"}])
    def test_of_more_than_is_held_is_refused(self, till: Caller, made: str, said: dict[str, Any]):
        before = facts()

        answer = till.post(f"/holds/{made}/capture", said).json()

        assert (answer["code"], answer["held"]) == ("amount-exceeds-hold", 500)
        assert facts() == before

    @pytest.mark.parametrize(
        "said", [{"points": 1, "amount": "1.00"}, {"amount": "0.00"}, {"all": True}]
    )
    def test_of_what_means_nothing_is_refused(self, till: Caller, made: str, said: dict[str, Any]):
        before = facts()

        assert till.post(f"/holds/{made}/capture", said).status_code == 400
        assert facts() == before

    def test_again_is_answered_with_the_same_bytes(self, till: Caller, made: str):
        first = till.post(f"/holds/{made}/capture", {}, key="k")
        before = facts()

        again = till.post(f"/holds/{made}/capture", {}, key="k")

        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert facts() == before

    @pytest.mark.parametrize("code", ["member-blocked", "spending-locked"])
    def test_is_refused_while_the_member_may_not_spend(
        self, till: Caller, made: str, rich: Member, code: str
    ):
        stop(rich, code)
        before = facts()

        assert till.post(f"/holds/{made}/capture", {}).json()["code"] == code
        assert facts() == before

    def test_of_who_left_finds_it_released(self, till: Caller, made: str, rich: Member):
        stop(rich, "member-closed")
        before = facts()

        assert till.post(f"/holds/{made}/capture", {}).json()["code"] == "member-closed"
        assert till.post(f"/holds/{made}/void", {}).json()["code"] == "hold-already-voided"
        assert facts() == before


class TestVoidHold:
    def test_lets_all_of_it_go(self, till: Caller, made: str, rich: Member):
        answer = till.post(f"/holds/{made}/void", {}).json()

        assert (answer["state"], answer["captured"]) == ("voided", 0)
        assert (answer["balance"]["available"], answer["balance"]["held"]) == (1000, 0)

    def test_goes_even_where_the_member_may_not_spend(self, till: Caller, made: str, rich: Member):
        stop(rich, "member-blocked")

        assert till.post(f"/holds/{made}/void", {}).json()["state"] == "voided"


class TestAHold:
    @pytest.mark.parametrize(
        ("first", "code"),
        [("capture", "hold-already-captured"), ("void", "hold-already-voided")],
    )
    @pytest.mark.parametrize("second", ["capture", "void"])
    def test_ends_once(self, till: Caller, made: str, first: str, second: str, code: str):
        till.post(f"/holds/{made}/{first}", {})
        before = facts()

        answer = till.post(f"/holds/{made}/{second}", {})

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert facts() == before

    @pytest.mark.parametrize("act", ["capture", "void"])
    def test_lapses_by_the_clock_though_no_night_has_run(
        self, till: Caller, made: str, rich: Member, clock: Any, act: str
    ):
        clock.move_to(NOON + timedelta(minutes=15))
        before = facts()

        answer = till.post(f"/holds/{made}/{act}", {})

        assert (answer.status_code, answer.json()["code"]) == (422, "hold-expired")
        assert facts() == before
        assert points_of(rich, at=NOON + timedelta(minutes=15)) == 1000

    def test_that_lapsed_is_written_down_by_the_night(self, till: Caller, made: str, clock: Any):
        clock.move_to(NOON + timedelta(minutes=16))
        posting.settle_due(at=NOON + timedelta(minutes=16), limit=10)

        assert Hold.objects.get().state == "LAPSED"
        assert till.post(f"/holds/{made}/capture", {}).json()["code"] == "hold-expired"

    @pytest.mark.parametrize("act", ["capture", "void"])
    def test_of_another_store_looks_like_none(
        self, till: Caller, web: Caller, made: str, act: str
    ):
        nice = Store.objects.create(code="nice", name="Nice")
        client = issuing.create_client(
            name="Nice", scopes=[Scope.POINTS_SPEND], store=nice, at=NOON
        )
        other, before = Caller(client), facts()

        foreign = other.post(f"/holds/{made}/{act}", {})
        absent = other.post(f"/holds/hold_zzz/{act}", {})

        assert [a.status_code for a in (foreign, absent)] == [404, 404]
        assert [a.json()["code"] for a in (foreign, absent)] == ["not-found", "not-found"]
        assert facts() == before

    def test_is_out_of_reach_of_a_till_for_training(self, till: Caller, made: str):
        Store.objects.update(is_training=True)
        before = facts()

        assert till.post(f"/holds/{made}/void", {}).json()["code"] == "store-not-allowed"
        assert facts() == before


class TestStatements:
    @pytest.mark.parametrize("act", ["hold", "capture", "void"])
    def test_are_as_many_however_many_lots_there_are(
        self, till: Caller, rich: Member, made: str, act: str
    ):
        held(till, points=1)
        with CaptureQueriesContext(connection) as queries:
            if act == "hold":
                held(till, points=300)
            else:
                till.post(f"/holds/{made}/{act}", {})

        told = [query["sql"] for query in queries]
        counted = len([sql for sql in told if sql not in {"BEGIN", "COMMIT"}])
        assert counted == STATEMENTS[connection.vendor][act]
