"""lookupMember, enrolMember, getMember and getBalance, as tills see them."""

from typing import Any

import pytest

from loyalty.clients import issuing
from loyalty.clients.models import Answer, Client, Scope
from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Account
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, WalletPolicy
from members import blocking, closing, showing
from members.models import Card, Consent, Member
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import ahead, publish

NEWCOMER = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "Grace@Example.org",
    "phone": "06 12 34 56 78",
    "birthday": "12-09",
    "language": "en",
    "consents": [
        {"channel": "email", "purpose": "marketing", "given": True, "text_version": "2026-01"}
    ],
}
NOTHING = {"available": 0, "pending": 0, "held": 0, "next_expiry": None}
BOTTOM = {
    "code": "member",
    "until": None,
    "is_given": False,
    "to_next": ahead("silver", "100.00"),
    "to_keep": None,
}


def facts() -> tuple[int, ...]:
    return (
        Member.objects.count(),
        Card.objects.count(),
        Account.objects.count(),
        Consent.objects.count(),
        OutboxEvent.objects.count(),
    )


class TestLookup:
    @pytest.mark.parametrize(
        "identifier",
        [
            {"card": "2000 0000 0012 1"},
            {"code": "2000000000121"},
            {"email": " ADA@Example.org"},
        ],
    )
    def test_finds_a_member_by(self, till: Caller, ada: Member, identifier: dict[str, str]):
        response = till.post("/members/lookup", identifier, key=None)

        assert response.status_code == 200
        assert response.json()["id"] == ada.public_id

    def test_takes_the_code_on_a_phone_once(self, till: Caller, ada: Member):
        code = showing.issue(card=Card.objects.get(), at=NOON)

        first = till.post("/members/lookup", {"code": code}, key=None)
        second = till.post("/members/lookup", {"code": code}, key=None)

        assert (first.status_code, first.json()["id"]) == (200, ada.public_id)
        assert (second.status_code, second.json()["code"]) == (404, "member-not-found")

    def test_finds_a_member_by_phone_however_it_is_written(self, till: Caller, ada: Member):
        Member.objects.update(phone="+33612345678")

        for written in ("06 12 34 56 78", "+33612345678", "0033 6 12 34 56 78"):
            response = till.post("/members/lookup", {"phone": written}, key=None)
            assert response.json()["id"] == ada.public_id

    @pytest.mark.parametrize(
        "body",
        [{}, {"card": "2000000000121", "email": "ada@example.org"}, [], '"card"', "7", "null"],
    )
    def test_takes_exactly_one(self, till: Caller, ada: Member, body: Any):
        response = till.post("/members/lookup", body, key=None)

        assert (response.status_code, response.json()["code"]) == (400, "validation-failed")
        assert [error["pointer"] for error in response.json()["errors"]] == [""]

    @pytest.mark.parametrize(
        "identifier",
        [{"card": "2999999999994"}, {"email": "nobody@example.org"}, {"phone": "0699999999"}],
    )
    def test_says_of_nobody_that_there_is_nobody(
        self, till: Caller, ada: Member, identifier: dict[str, str]
    ):
        response = till.post("/members/lookup", identifier, key=None)

        assert (response.status_code, response.json()["code"]) == (404, "member-not-found")
        assert "errors" not in response.json()

    def test_refuses_a_blocked_card(self, till: Caller, ada: Member):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")

        response = till.post("/members/lookup", {"card": "2000000000121"}, key=None)

        assert (response.status_code, response.json()["code"]) == (422, "card-blocked")

    def test_keeps_nothing_under_a_key(self, till: Caller, ada: Member):
        till.post("/members/lookup", {"card": "2000000000121"}, key="k")

        assert Answer.objects.exists() is False


class TestGetMember:
    def test_answers_as_it_is_documented(self, till: Caller, ada: Member):
        response = till.get(f"/members/{ada.public_id}")

        assert response.status_code == 200
        assert response.json() == {
            "id": ada.public_id,
            "kind": "person",
            "state": "active",
            "language": "fr",
            "enrolled_at": "2025-02-03T12:00:00+01:00",
            "identity": {
                "first_name": "Ada",
                "last_name": "Lovelace",
                "email": "ada@example.org",
                "phone": None,
                "birthday": None,
            },
            "cards": ["2000000000121"],
            "balance": NOTHING,
            "tier": BOTTOM,
            "stamps": [],
            "membership": None,
            "vouchers": [],
            "offers": [],
        }

    def test_shows_who_it_is_to_members_read_only(self, ada: Member):
        client = issuing.create_client(
            name="Till", scopes=[Scope.PURCHASES_WRITE], store=None, at=NOON
        )

        response = Caller(client).get(f"/members/{ada.public_id}")

        assert response.status_code == 200
        assert (response.json()["identity"], response.json()["cards"]) == (None, None)
        assert "ada" not in response.content.decode().lower()
        assert "2000000000121" not in response.content.decode()

    def test_needs_a_scope_of_tills(self, ada: Member):
        client = issuing.create_client(
            name="Board", scopes=[Scope.MEASURES_READ], store=None, at=NOON
        )

        response = Caller(client).get(f"/members/{ada.public_id}")

        assert (response.status_code, response.json()["code"]) == (403, "scope-missing")

    def test_says_that_a_member_left(self, till: Caller, ada: Member):
        closing.close(member=ada, key="close", at=NOON, actor="usr_1")

        assert till.get(f"/members/{ada.public_id}").json()["state"] == "closed"

    @pytest.mark.parametrize("path", ["mem_nobody", "é", "%00", "a b", "0" * 500])
    @pytest.mark.parametrize("call", ["", "/balance"])
    def test_says_of_nobody_that_there_is_nobody(
        self, till: Caller, ada: Member, path: str, call: str
    ):
        response = till.get(f"/members/{path}{call}")

        assert (response.status_code, response.json()["code"]) == (404, "member-not-found")


class TestGetBalance:
    def test_is_what_the_last_purchase_said(self, till: Caller, ada: Member):
        said = till.post("/purchases", {"member": {"id": ada.public_id}, "total": "40.00"}).json()

        response = till.get(f"/members/{ada.public_id}/balance")

        assert response.json() == {"member": ada.public_id, **said["balance"]}

    def test_takes_three_statements(self, till: Caller, ada: Member, django_assert_num_queries):
        till.get(f"/members/{ada.public_id}/balance")

        with django_assert_num_queries(3):
            till.get(f"/members/{ada.public_id}/balance")

    def test_forgets_points_at_the_instant_they_expire(self, till: Caller, ada: Member, clock):
        till.post("/purchases", {"member": {"id": ada.public_id}, "total": "40.00"})
        shown = till.get(f"/members/{ada.public_id}/balance").json()

        clock.move_to("2027-03-10T22:59:59Z")
        before = till.get(f"/members/{ada.public_id}/balance").json()
        clock.move_to("2027-03-10T23:00:00Z")
        after = till.get(f"/members/{ada.public_id}/balance").json()

        assert shown["next_expiry"]["at"] == "2027-03-11T00:00:00+01:00"
        assert (before["available"], after["available"]) == (40, 0)

    def test_goes_by_inactivity_where_that_is_sooner(self, till: Caller, ada: Member, clock):
        WalletPolicy.objects.update(idle_months=6, idle_since=NOON)
        revising.touch()
        till.post("/purchases", {"member": {"id": ada.public_id}, "total": "40.00"})

        shown = till.get(f"/members/{ada.public_id}/balance").json()
        clock.move_to("2026-09-10T22:00:00Z")
        after = till.get(f"/members/{ada.public_id}/balance").json()

        assert shown["next_expiry"] == {
            "points": 40, "at": "2026-09-11T00:00:00+02:00", "valid_until": "2026-09-10",
        }  # fmt: skip
        assert (after["available"], after["next_expiry"]) == (0, None)


class TestEnrolMember:
    def test_answers_as_it_is_documented(self, till: Caller, programme: Programme):
        response = till.post("/members", NEWCOMER)

        member = Member.objects.get()
        assert response.status_code == 201
        assert response.json() == {
            "id": member.public_id,
            "kind": "person",
            "state": "active",
            "language": "en",
            "enrolled_at": "2026-03-10T12:00:00+01:00",
            "identity": {
                "first_name": "Grace",
                "last_name": "Hopper",
                "email": "grace@example.org",
                "phone": "+33612345678",
                "birthday": "12-09",
            },
            "cards": [Card.objects.get().number],
            "balance": NOTHING,
            "tier": BOTTOM,
            "stamps": [],
            "membership": None,
            "vouchers": [],
            "offers": [],
        }
        assert response["Location"] == f"/api/v1/members/{member.public_id}"

    def test_remembers_where_and_what_was_consented(self, till: Caller, programme: Programme):
        till.post("/members", NEWCOMER)

        consent = Consent.objects.get()
        assert Member.objects.get().store == till.client.store
        assert (consent.channel, consent.purpose, consent.is_given, consent.text_version) == (
            "EMAIL", "MARKETING", True, "2026-01",
        )  # fmt: skip
        assert consent.recorded_by == till.client.public_id

    def test_takes_a_printed_card_alone(self, till: Caller, programme: Programme):
        response = till.post("/members", {"card": "2000-0000-0012-1"})

        assert response.json()["cards"] == ["2000000000121"]

    def test_hands_the_card_over_whatever_the_scopes(self, programme: Programme):
        kiosk = issuing.create_client(
            name="Kiosk", scopes=[Scope.MEMBERS_WRITE], store=None, at=NOON
        )

        response = Caller(kiosk).post("/members", NEWCOMER)

        assert response.json()["identity"] is None
        assert response.json()["cards"] == [Card.objects.get().number]

    def test_lets_the_same_key_act_once(self, till: Caller, programme: Programme):
        first = till.post("/members", NEWCOMER, key="k")
        after = facts()

        again = till.post("/members", NEWCOMER, key="k")

        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"
        assert facts() == after

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"email": "ADA@example.org"}, "/email"),
            ({"card": "2000000000121"}, "/card"),
        ],
    )
    def test_refuses_an_identifier_in_use_without_saying_whose(
        self, till: Caller, ada: Member, changes: dict[str, str], pointer: str
    ):
        before = facts()

        response = till.post("/members", {**NEWCOMER, **changes})

        assert (response.status_code, response.json()["code"]) == (422, "identifier-taken")
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert ada.public_id not in response.content.decode()
        assert facts() == before

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"email": "grace"}, "/email", "invalid"),
            ({"phone": "12"}, "/phone", "invalid"),
            ({"card": "?"}, "/card", "invalid"),
            ({"birthday": "02-30"}, "/birthday", "invalid"),
            ({"birthday": "13-01"}, "/birthday", "invalid"),
            ({"birthday": 1209}, "/birthday", "invalid"),
            ({"language": "de"}, "/language", "invalid-choice"),
            ({"kind": "PERSON"}, "/kind", "invalid-choice"),
            ({"first_name": "x" * 81}, "/first_name", "max-length"),
            ({"first_name": 5}, "/first_name", "invalid"),
            ({"first_name": ""}, "/first_name", "blank"),
            ({"points": 100}, "/points", "unknown-field"),
            ({"consents": [{"channel": "email"}]}, "/consents/0/purpose", "required"),
            ({"consents": {}}, "/consents", "not-a-list"),
        ],
    )
    def test_points_at_the_value_it_refuses(
        self, till: Caller, changes: dict[str, Any], pointer: str, code: str, programme: Programme
    ):
        response = till.post("/members", {**NEWCOMER, **changes})

        assert (response.status_code, response.json()["code"]) == (400, "validation-failed")
        shown = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
        assert (pointer, code) in shown
        assert facts() == (0, 0, 0, 0, 0)

    def test_needs_an_identifier(self, till: Caller, programme: Programme):
        response = till.post("/members", {"first_name": "Grace"})

        assert response.json()["errors"][0]["code"] == "identifier-missing"

    @pytest.mark.parametrize("waits", [{}, {"pending_days": 14}], ids=["at once", "later"])
    def test_keeps_a_client_within_its_day(
        self, till: Caller, programme: Programme, waits: dict[str, Any]
    ):
        then = {"give": "fixed", "points": 20, **waits}
        publish("welcome", {"when": {"event": "enrolment"}, "then": then})
        Client.objects.update(earned_a_day=30)
        till.post("/members", {"email": "first@example.org"})
        before = facts()

        answer = till.post("/members", {"email": "second@example.org"})

        said = answer.json()
        assert (answer.status_code, said["code"], said["left"]) == (422, "limit-exceeded", 10)
        assert facts() == before

    def test_needs_its_scope(self, ada: Member):
        reader = issuing.create_client(
            name="Reader", scopes=[Scope.MEMBERS_READ], store=None, at=NOON
        )
        before = facts()

        response = Caller(reader).post("/members", NEWCOMER)

        assert (response.status_code, response.json()["code"]) == (403, "scope-missing")
        assert facts() == before

    def test_waits_for_a_programme(self, till: Caller):
        response = till.post("/members", NEWCOMER)

        assert (response.status_code, response.json()["code"]) == (503, "programme-missing")
        assert facts() == (0, 0, 0, 0, 0)
