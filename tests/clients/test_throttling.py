"""How often a client may call, and guess: counted exactly, whatever keeps the count."""

import json
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from pytest_django import Settings
from redis import Redis, RedisError

from loyalty.clients import counting, issuing, purging
from loyalty.clients.counting import Counted
from loyalty.clients.models import Answer, Client, Count, Scope
from loyalty.events.models import OutboxEvent
from loyalty.programmes.models import Programme, Store
from tests.conftest import NOON
from tests.house import processes
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clients.urls")]
# A database of Redis that nothing of ours uses by itself.
REDIS = "redis://127.0.0.1:6379/13"
NOBODY_THERE = "redis://127.0.0.1:1/0"
SCOPES = [Scope.MEMBERS_READ, Scope.PURCHASES_WRITE]
RATE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def needs_redis() -> str:
    try:
        Redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except RedisError:
        pytest.skip("no Redis on this machine")
    return REDIS


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=["redis", "redis away", "no redis"])
def kept(request: pytest.FixtureRequest, settings: Settings) -> str:
    """What keeps the counts; in Redis under a name that no other test has."""
    urls = {"redis": REDIS, "redis away": NOBODY_THERE, "no redis": ""}
    settings.REDIS_URL = urls[request.param]
    settings.REDIS_PREFIX = f"test-{uuid.uuid4().hex}:"
    counting._until.clear()
    if request.param == "redis":
        needs_redis()
    return str(request.param)


def caller(*, store: Store | None = None, **limits: Any) -> Client:
    client = issuing.create_client(name="Till", scopes=SCOPES, store=store, at=NOON)
    Client.objects.filter(pk=client.pk).update(**limits)
    client.refresh_from_db()
    return client


class Till:
    def __init__(self, client: Client) -> None:
        self.secret = issuing.issue_key(client=client, at=NOON)[1]

    def get(self, path: str = "/api/reading", **headers: str) -> Any:
        return Browser().get(path, headers=self._headers(headers))

    def post(self, body: Any, key: str, path: str = "/api/moving") -> Any:
        headers = self._headers({"Idempotency-Key": key})
        return Browser().post(path, body, "application/json", headers=headers)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Api-Key {self.secret}", "Accept-Language": "en", **more}


class TestCalls:
    def test_are_counted_down_to_the_last(self, kept: str):
        till = Till(caller(calls_a_minute=2))

        answers = [till.get() for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [[answer[name] for name in RATE] for answer in answers] == [
            ["2", "1", "60"],
            ["2", "0", "60"],
            ["2", "0", "60"],
        ]
        refused = answers[-1]
        assert refused["Retry-After"] == "60"
        assert refused["Content-Type"] == "application/problem+json"
        assert {name: refused.json()[name] for name in ("code", "retryable", "limit")} == {
            "code": "rate-limited",
            "retryable": True,
            "limit": 2,
        }

    def test_begin_anew_with_the_minute(self, kept: str, clock: time_machine.Traveller):
        till = Till(caller(calls_a_minute=1))
        till.get()
        clock.shift(timedelta(seconds=59))
        before = till.get()
        clock.shift(timedelta(seconds=1))

        assert (before.status_code, before["RateLimit-Reset"]) == (429, "1")
        assert till.get().status_code == 200

    def test_of_a_day_begin_anew_with_the_programme_s_day(
        self, kept: str, clock: time_machine.Traveller, programme: Programme
    ):
        till = Till(caller(calls_a_day=1))
        till.get()
        # Midnight in Paris.
        clock.move_to("2026-03-10T22:59:58Z")
        before = till.get()
        clock.move_to("2026-03-10T23:00:00Z")

        assert (before.status_code, before["Retry-After"]) == (429, "2")
        assert till.get().status_code == 200

    def test_are_each_client_s_own(self, kept: str):
        one, other = Till(caller(calls_a_minute=1)), Till(caller(calls_a_minute=1))
        one.get()

        assert (one.get().status_code, other.get().status_code) == (429, 200)

    def test_are_the_installation_s_where_the_client_has_no_limit_of_its_own(
        self, kept: str, settings: Settings
    ):
        settings.API_CALLS_A_MINUTE = 1
        till, generous = Till(caller()), Till(caller(calls_a_minute=5))
        till.get()
        generous.get()

        assert (till.get().status_code, generous.get().status_code) == (429, 200)

    def test_are_shown_with_whatever_is_answered(self, kept: str):
        till = Till(caller(calls_a_minute=9))

        refused, unknown = till.post({}, ""), till.get("/api/asking/nobody")
        made = till.post({}, "k")
        again = till.post({}, "k")

        assert [answer.status_code for answer in (refused, unknown, made, again)] == [
            400, 404, 201, 201,
        ]  # fmt: skip
        left = [answer["RateLimit-Remaining"] for answer in (refused, unknown, made, again)]
        assert left == ["8", "7", "6", "5"]
        assert again["Idempotent-Replayed"] == "true"

    def test_that_are_refused_leave_the_key_free(self, kept: str, clock: time_machine.Traveller):
        till = Till(caller(calls_a_minute=1))
        till.get()

        refused = till.post({}, "k")
        clock.shift(timedelta(minutes=1))

        assert (refused.status_code, Answer.objects.exists()) == (429, False)
        assert OutboxEvent.objects.exists() is False
        assert till.post({}, "k").status_code == 201

    def test_that_may_not_are_counted_too(self, kept: str):
        client = caller(calls_a_minute=1)
        Client.objects.update(scopes=[])
        till = Till(client)

        assert [till.get().status_code for _ in range(2)] == [403, 429]

    @pytest.mark.parametrize(("url", "statements"), [(REDIS, 1), (NOBODY_THERE, 2), ("", 2)])
    def test_cost_no_statement_where_redis_is(
        self, url: str, statements: int, settings: Settings, django_assert_num_queries
    ):
        settings.REDIS_URL = needs_redis() if url == REDIS else url
        settings.REDIS_PREFIX = f"test-{uuid.uuid4().hex}:"
        counting._until.clear()
        till = Till(caller(calls_a_minute=9))

        with django_assert_num_queries(statements):
            assert till.get().status_code == 200

    def test_are_counted_by_the_database_until_redis_has_been_away_for_five_seconds(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ):
        settings.REDIS_URL, settings.REDIS_PREFIX = NOBODY_THERE, f"test-{uuid.uuid4().hex}:"
        counting._until.clear()
        till = Till(caller(calls_a_minute=9))
        till.get()
        first = counting._until[NOBODY_THERE]

        till.get()

        # It was not asked again.
        assert counting._until[NOBODY_THERE] == first
        assert Count.objects.get().number == 2


class TestMisses:
    def test_end_the_asking_and_say_no_more_who_there_is(self, kept: str):
        till = Till(caller(misses_allowed=2))

        answers = [till.get(f"/api/asking/{name}") for name in ("x", "ada", "y", "z", "ada")]

        assert [answer.status_code for answer in answers] == [404, 200, 404, 429, 429]
        assert answers[3]["Retry-After"] == "600"
        assert {answer.json()["code"] for answer in answers[3:]} == {"rate-limited"}

    def test_end_nothing_but_the_asking(self, kept: str):
        till = Till(caller(misses_allowed=1))
        till.get("/api/asking/x")

        assert till.get("/api/asking/ada").status_code == 429
        assert till.get().status_code == 200
        assert till.post({}, "k").status_code == 201

    def test_are_forgotten_after_ten_minutes(self, kept: str, clock: time_machine.Traveller):
        till = Till(caller(misses_allowed=1))
        till.get("/api/asking/x")
        clock.shift(timedelta(minutes=10))

        assert till.get("/api/asking/ada").status_code == 200

    def test_of_a_store_s_tills_are_counted_together(self, kept: str, settings: Settings):
        settings.API_MISSES_OF_STORE = 2
        lyon = Store.objects.create(code="lyon", name="Lyon")
        nice = Store.objects.create(code="nice", name="Nice")
        one, two = Till(caller(store=lyon)), Till(caller(store=lyon))
        far, web = Till(caller(store=nice)), Till(caller())

        answers = [till.get("/api/asking/x") for till in (one, two, one, two, far, web)]

        assert [answer.status_code for answer in answers] == [404, 404, 429, 429, 404, 404]


class TestPoints:
    def test_are_given_up_to_the_client_s_day(self, programme: Programme):
        till = Till(caller(earned_a_day=100))

        first = till.post({"earned": 90}, "a")
        refused = till.post({"earned": 11}, "b")
        rest = till.post({"earned": 10}, "c")

        assert [answer.status_code for answer in (first, refused, rest)] == [201, 422, 201]
        said = refused.json()
        assert [said[name] for name in ("code", "limit", "left", "resets_at")] == [
            "limit-exceeded", 100, 10, "2026-03-11T00:00:00+01:00",
        ]  # fmt: skip
        assert OutboxEvent.objects.count() == 2
        assert till.post({"earned": 11}, "b")["Idempotent-Replayed"] == "true"

    def test_are_spent_up_to_another_limit(self, programme: Programme):
        till = Till(caller(earned_a_day=100, spent_a_day=5))

        assert till.post({"earned": 50, "spent": 5}, "a").status_code == 201
        assert till.post({"spent": 1}, "b").json()["code"] == "limit-exceeded"
        assert till.post({"earned": 50}, "c").status_code == 201

    def test_are_given_anew_the_day_after(
        self, programme: Programme, clock: time_machine.Traveller
    ):
        till = Till(caller(earned_a_day=100))
        till.post({"earned": 100}, "a")
        clock.move_to("2026-03-10T23:00:00Z")

        assert till.post({"earned": 100}, "b").status_code == 201

    def test_cost_one_statement_and_none_without_a_limit(
        self, programme: Programme, django_assert_num_queries, django_assert_max_num_queries
    ):
        free, bounded = Till(caller()), Till(caller(earned_a_day=100))
        free.post({"earned": 1}, "warm")

        with django_assert_max_num_queries(50) as plain:
            free.post({"earned": 1}, "a")
        with django_assert_num_queries(len(plain) + 1):
            bounded.post({"earned": 1}, "a")


class TestCounts:
    def test_are_forgotten_once_their_window_has_ended(self, settings: Settings):
        settings.REDIS_URL = ""
        ends = [NOON, NOON + timedelta(seconds=1)]
        counting.count(counted=[Counted(f"n{end}", 1, end) for end in ends], at=NOON)

        assert purging.purge_counts(at=NOON) == 1
        assert Count.objects.get().ends_at == ends[1]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    @pytest.mark.parametrize("calls", [40])
    def test_exactly_so_many_are_let_through(self, kept: str, calls: int):
        till = Till(caller(calls_a_minute=25))

        answers = at_once(lambda _number: till.get(), calls=calls)

        assert Counter(answer.status_code for answer in answers) == {200: 25, 429: 15}
        let_through = [int(a["RateLimit-Remaining"]) for a in answers if a.status_code == 200]
        assert sorted(let_through) == list(range(25))

    def test_exactly_so_many_guesses_are_answered(self, kept: str):
        till = Till(caller(misses_allowed=10))

        answers = at_once(lambda number: till.get(f"/api/asking/{number}"), calls=30)

        assert Counter(answer.status_code for answer in answers) == {404: 10, 429: 20}

    def test_points_end_at_the_limit(self, programme: Programme):
        till = Till(caller(earned_a_day=100))

        answers = at_once(lambda number: till.post({"earned": 10}, f"k{number}"), calls=15)

        assert Counter(answer.status_code for answer in answers) == {201: 10, 422: 5}
        assert OutboxEvent.objects.count() == 10

    def test_threads_that_come_first_share_one_pool(self, monkeypatch: pytest.MonkeyPatch):
        made: list[str] = []

        def make(url: str, **_how: Any) -> str:
            made.append(url)
            time.sleep(0.05)
            return f"pool {len(made)}"

        monkeypatch.setattr(counting, "_pools", {})
        monkeypatch.setattr(Redis, "from_url", make)

        pools = at_once(lambda _number: counting._redis(REDIS), calls=8)

        assert (made, set(pools)) == ([REDIS], {"pool 1"})

    def test_processes_count_together(self):
        environment = processes.clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "REDIS_URL": needs_redis(),
            "QUEUE_PREFIX": f"test-{uuid.uuid4().hex}:",
        }

        def work(_number: int) -> list[int]:
            done = subprocess.run(
                [sys.executable, "-c", COUNTING], cwd=processes.ROOT, env=environment,
                capture_output=True, text=True, timeout=60, check=True,
            )  # fmt: skip
            numbers: list[int] = json.loads(done.stdout)
            return numbers

        counted = [number for numbers in at_once(work, calls=3) for number in numbers]

        assert sorted(counted) == list(range(1, 301))


COUNTING = """
import json, django
from datetime import datetime, timedelta, UTC
django.setup()
from loyalty.clients import counting
at = datetime(2026, 3, 10, tzinfo=UTC)
one = counting.Counted("calls", 1, at + timedelta(minutes=1))
print(json.dumps([counting.count(counted=[one], at=at)[0] for _ in range(100)]))
"""
