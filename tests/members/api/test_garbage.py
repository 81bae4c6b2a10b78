"""Whatever is sent, the answer is one that is documented: never a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client as Browser
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from loyalty.core import problems
from members.models import Member, Purchase
from tests.members.api.conftest import Caller
from tests.members.api.test_purchases import SALE

pytestmark = pytest.mark.django_db
ROUTES = (
    "/members/lookup",
    "/members",
    "/purchases/preview",
    "/purchases",
    "/purchases/-/returns",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(sorted(SALE)), inner, max_size=4)
    ),
    max_leaves=8,
)
quickly = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def send(till: Caller, route: str, body: bytes, **headers: str) -> Any:
    return Browser(raise_request_exception=False).generic(
        "POST",
        f"/api/v1{route}",
        body,
        "application/json",
        headers={
            "Authorization": f"Api-Key {till.secret}",
            "Idempotency-Key": "k",
            **headers,
        },
    )


def check_refused(response: Any) -> None:
    assert 400 <= response.status_code < 500, response.content
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert {"type", "title", "status", "detail", "instance", "code", "retryable"} <= said.keys()
    assert said["status"] == response.status_code
    assert said["instance"] == response["X-Request-Id"]
    assert "Traceback" not in response.content.decode()


class TestGarbage:
    @quickly
    @given(route=st.sampled_from(ROUTES), body=st.binary(max_size=200))
    @example(route="/purchases", body=b'{"total": "1.00", "member": null}\x00')
    @example(route="/purchases", body=b"\xff\xfe{\x00}\x00")
    @example(route="/members", body=b"[" * 200)
    def test_in_bytes_is_refused(self, till: Caller, ada: Member, route: str, body: bytes):
        check_refused(send(till, route, body))

    @quickly
    @given(route=st.sampled_from(ROUTES), body=VALUES)
    def test_in_json_is_refused(self, till: Caller, ada: Member, route: str, body: Any):
        check_refused(send(till, route, json.dumps(body).encode(errors="replace")))

    @quickly
    @given(name=st.sampled_from(sorted(SALE)), value=VALUES)
    def test_in_one_field_is_refused_or_means_something(
        self, till: Caller, ada: Member, name: str, value: Any
    ):
        body = json.dumps({**SALE, name: value}).encode(errors="replace")

        response = send(till, "/purchases/preview", body)

        if response.status_code != 200:
            check_refused(response)
        assert Purchase.objects.exists() is False

    @quickly
    @given(key=st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=300))
    def test_in_the_key_is_refused_or_means_something(self, till: Caller, ada: Member, key: str):
        response = send(till, "/purchases", b"{}", **{"Idempotency-Key": key})

        check_refused(response)

    @quickly
    @given(path=st.text(max_size=40), tail=st.sampled_from(["", "/balance", "/../..", "?a=%00"]))
    @example(path="\x00", tail="")
    @example(path="%2e%2e", tail="/balance")
    def test_in_the_path_is_refused(self, till: Caller, ada: Member, path: str, tail: str):
        # What a refusal is called has a page of its own.
        assume(path not in problems.catalogue())
        written = "".join(f"%{octet:02x}" for octet in path.encode(errors="replace"))

        for start in ("/members/", "/operations/", "/problems/", "/"):
            check_refused(till.get(f"{start}{written}{tail}"))

    @quickly
    @given(header=st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=80))
    def test_in_the_authorization_is_refused(self, till: Caller, header: str):
        response = send(till, "/purchases", b"{}", Authorization=header)

        check_refused(response)
        assert response.status_code == 401
