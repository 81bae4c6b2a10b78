"""Fifty tills at once with one key: one effect, one answer. And the control that shows why."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

from loyalty.clients import answering, claims, issuing
from loyalty.clients.models import Answer, Client, Scope
from loyalty.events.models import OutboxEvent
from tests.clients.urls import Effects
from tests.conftest import NOON
from tests.racing import PATIENCE, at_once, read_together

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.clients.urls"),
]
CALLS = 50


@pytest.fixture
def till(transactional_db: None) -> Client:
    return issuing.create_client(name="Till", scopes=[Scope.PURCHASES_WRITE], store=None, at=NOON)


def send(till: Client) -> Callable[[int], Any]:
    secret = issuing.issue_key(client=till, at=NOON)[1]

    def post(_number: int) -> Any:
        return Browser(raise_request_exception=False).post(
            "/api/effects",
            {},
            "application/json",
            headers={"Authorization": f"Api-Key {secret}", "Idempotency-Key": "one"},
        )

    return post


def effects() -> int:
    return OutboxEvent.objects.filter(name="effect.made").count()


class TestFiftyAtOnce:
    def test_make_one_effect_and_get_one_answer(
        self, till: Client, monkeypatch: pytest.MonkeyPatch
    ):
        """All have looked for an answer, and found none, before the first acts."""
        together = read_together(claims.get_given, threads=CALLS)
        monkeypatch.setattr(claims, "get_given", together)

        responses = at_once(send(till), calls=CALLS)

        statuses = Counter(response.status_code for response in responses)
        bodies = {response.content for response in responses if response.status_code == 201}
        firsts = [r for r in responses if r.status_code == 201 and "Idempotent-Replayed" not in r]
        assert effects() == 1
        assert Answer.objects.count() == 1
        assert len(firsts) == len(bodies) == 1
        assert set(statuses) <= {201, 409}
        assert statuses.total() == CALLS

    @pytest.mark.postgresql
    def test_are_told_at_once_that_the_first_still_runs(
        self, till: Client, monkeypatch: pytest.MonkeyPatch
    ):
        started, may_end = threading.Event(), threading.Event()
        monkeypatch.setattr(Effects, "post", answering._answered_once(_blocking(started, may_end)))
        post = send(till)
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(_in_thread, post)
            assert started.wait(PATIENCE)
            waiting = at_once(post, calls=CALLS - 1)

            may_end.set()
            assert first.result().status_code == 201
        assert [r.status_code for r in waiting] == [409] * (CALLS - 1)
        assert {r.json()["code"] for r in waiting} == {"idempotency-in-flight"}
        assert {r["Retry-After"] for r in waiting} == {"1"}

    @pytest.mark.postgresql
    def test_make_fifty_effects_without_the_claim(
        self, till: Client, monkeypatch: pytest.MonkeyPatch
    ):
        """The control: the same race, with the claim taken out, is seen to fail."""
        monkeypatch.setattr(claims, "get_given", lambda *, call: None)
        monkeypatch.setattr(claims, "claim", lambda *, call, at: 0)

        at_once(send(till), calls=CALLS)

        assert effects() == CALLS


@pytest.mark.postgresql
class TestInFlight:
    def test_ends_with_the_connection_that_died(self, till: Client):
        call = claims.Call(till, "dead", "makeEffect", "f")
        _claim_and_die(call)

        # Two seconds are promised; others share this machine.
        deadline = time.monotonic() + PATIENCE
        while claims.is_running(client=till, key="dead"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with transaction.atomic():
            assert claims.claim(call=call, at=NOON) is not None


def _blocking(started: threading.Event, may_end: threading.Event) -> Callable[..., Any]:
    def post(_view: Any, _request: Any) -> Any:
        started.set()
        assert may_end.wait(PATIENCE)
        return answering.Response({"id": "eff_1"}, status=201)

    return post


def _in_thread(post: Callable[[int], Any]) -> Any:
    try:
        return post(0)
    finally:
        connection.close()


def _claim_and_die(call: claims.Call) -> None:
    """Claim a key on a connection of its own that is cut before it commits."""

    def work() -> None:
        connection.set_autocommit(False)
        assert claims.claim(call=call, at=NOON) is not None
        connection.connection.close()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
