"""Whatever goes wrong under /api/ is said as RFC 9457 says, in the caller's language."""

import pytest
from django.test import Client as Browser

from loyalty.core import problems
from loyalty.core.refusals import Refusal
from tests.clients.conftest import Send

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clients.urls")]


class TestMembers:
    def test_are_those_of_the_standard_and_ours(self, send: Send):
        response = send({"do": "refuse"}, **{"X-Request-Id": "till-1-00042"})

        assert response["Content-Type"] == "application/problem+json"
        assert response.json() == {
            "type": "/api/v1/problems/sold-out",
            "title": str(Refusal.title),
            "status": 422,
            "detail": str(Refusal.title),
            "instance": "till-1-00042",
            "code": "sold-out",
            "retryable": False,
            "left": 0,
        }

    def test_name_the_request_as_its_header_does(self, send: Send):
        response = send({"do": "refuse"})

        assert response.json()["instance"] == response["X-Request-Id"]
        assert response["X-Request-Id"].startswith("req_")

    @pytest.mark.parametrize("forged", ["short", "a b c d e f g", "x" * 65, "línea-larga"])
    def test_never_repeat_an_id_that_could_forge_a_log(self, send: Send, forged: str):
        response = send({"do": "miss"}, **{"X-Request-Id": forged})

        assert response["X-Request-Id"].startswith("req_")


class TestFramework:
    def test_says_that_a_route_does_not_exist(self):
        response = Browser().get("/api/nowhere")

        assert (response.status_code, response.json()["code"]) == (404, "not-found")
        assert response["Content-Type"] == "application/problem+json"

    def test_leaves_pages_to_the_site(self, db: None):
        assert Browser().get("/nowhere")["Content-Type"].startswith("text/html")

    def test_says_which_methods_are_allowed(self, secret: str):
        response = Browser().delete("/api/effects", headers={"Authorization": f"Api-Key {secret}"})

        assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")
        assert response["Allow"] == "POST, OPTIONS"

    def test_says_that_only_json_is_given(self, send: Send):
        response = send({}, Accept="text/html")

        assert (response.status_code, response.json()["code"]) == (406, "not-acceptable")
        assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense", "a/b;c=\0"]
    )
    def test_says_that_only_json_is_taken(self, secret: str, content_type: str):
        response = Browser().post(
            "/api/effects",
            "a=1",
            content_type=content_type,
            headers={"Authorization": f"Api-Key {secret}", "Idempotency-Key": "k"},
        )

        assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")

    def test_says_that_the_body_is_no_json(self, send: Send):
        response = send('{"do": ')

        assert (response.status_code, response.json()["code"]) == (400, "malformed-json")
        assert (response.json()["line"], response.json()["column"]) == (1, 8)

    def test_says_that_the_body_is_too_large(self, send: Send, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

        response = send('{"do": "' + "x" * 100 + '"}')

        assert (response.status_code, response.json()["code"]) == (413, "payload-too-large")
        assert response.json()["limit"] == 100

    def test_says_nothing_of_its_own_faults(self, send: Send):
        response = send({"do": "break"})

        assert response.status_code == 500
        assert response.json()["code"] == "internal-error"
        assert b"bug" not in response.content

    def test_asks_to_wait_for_the_database(self, send: Send):
        response = send({"do": "lose the database"})

        assert (response.status_code, response.json()["retryable"]) == (503, True)
        assert response["Retry-After"] == "2"
        assert b"server closed" not in response.content


class TestCatalogue:
    def test_gives_each_code_one_status(self):
        known = {(refusal.code, refusal.status) for refusal in problems.known_refusals()}

        assert len(known) == len({code for code, _status in known})
