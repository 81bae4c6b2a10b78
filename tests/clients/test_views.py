"""getOperation: did it happen? And what a problem's type points to."""

from typing import Any

import pytest
from django.test import Client as Browser

from loyalty.clients import issuing
from loyalty.clients.models import Answer, Client, Scope
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def ask(secret: str, key: str) -> Any:
    return Browser().get(
        f"/api/v1/operations/{key}", headers={"Authorization": f"Api-Key {secret}"}
    )


def keep(till: Client, **changes: Any) -> Answer:
    kept: dict[str, Any] = {
        "client": till,
        "key": "k-1",
        "operation": "recordPurchase",
        "fingerprint": "f",
        "status": 201,
        "body": '{"id":"pur_1"}',
        "headers": {"Location": "/api/v1/purchases/pur_1"},
        "subject": "pur_1",
        "answered_at": NOON,
    }
    return Answer.objects.create(**kept | changes)


class TestGetOperation:
    def test_says_what_was_done(self, till: Client, secret: str):
        keep(till)

        response = ask(secret, "k-1")

        assert response.status_code == 200
        assert response.json() == {
            "key": "k-1",
            "operation": "recordPurchase",
            "status": 201,
            "id": "pur_1",
            "code": None,
            "location": "/api/v1/purchases/pur_1",
            "answered_at": "2026-03-10T11:00:00+00:00",
        }

    def test_says_why_it_was_not(self, till: Client, secret: str):
        keep(till, status=422, subject="member-blocked", headers={})

        answer = ask(secret, "k-1").json()

        assert (answer["status"], answer["id"], answer["code"], answer["location"]) == (
            422, None, "member-blocked", None,
        )  # fmt: skip

    def test_still_knows_once_the_body_is_gone(self, till: Client, secret: str):
        keep(till, body=None)

        assert ask(secret, "k-1").json()["id"] == "pur_1"

    @pytest.mark.parametrize("key", ["a/b", "a b", "a?b", '"', "%41"])
    def test_takes_any_key(self, till: Client, secret: str, key: str):
        keep(till, key=key)

        written = "".join(f"%{ord(character):02x}" for character in key)
        assert ask(secret, written).json()["key"] == key

    def test_says_that_nothing_happened(self, till: Client, secret: str):
        response = ask(secret, "never")

        assert (response.status_code, response.json()["code"]) == (404, "not-found")

    def test_shows_no_other_client_s(self, till: Client, secret: str):
        other = issuing.create_client(
            name="Till 2", scopes=[Scope.MEASURES_READ], store=None, at=NOON
        )
        keep(other)

        assert ask(secret, "k-1").status_code == 404
        assert ask(issuing.issue_key(client=other, at=NOON)[1], "k-1").status_code == 200

    @pytest.mark.parametrize("key", ["%c3%a9", "%00", "a" * 256])
    def test_refuses_what_is_no_key(self, secret: str, key: str):
        response = ask(secret, key)

        assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-missing")

    def test_needs_a_key_of_the_api(self):
        assert ask("nothing", "k-1").status_code == 401


class TestProblemType:
    def test_says_what_it_means(self):
        response = Browser().get(
            "/api/v1/problems/member-not-found", headers={"Accept-Language": "en"}
        )

        assert response.json() == {
            "code": "member-not-found",
            "status": 404,
            "title": "There is no such member.",
            "retryable": False,
        }

    def test_says_that_a_code_is_none_of_ours(self):
        assert Browser().get("/api/v1/problems/nonsense").json()["code"] == "not-found"


class TestUnknownRoute:
    @pytest.mark.parametrize("path", ["", "nowhere", "members/", "purchases/x/y", "é", "docs"])
    def test_is_a_problem_and_asks_for_no_key(self, path: str):
        for call in (Browser().get, Browser(enforce_csrf_checks=True).post):
            response = call(f"/api/v1/{path}")

            assert (response.status_code, response.json()["code"]) == (404, "not-found")
