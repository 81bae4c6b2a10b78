"""More is asked than can be done: tills are told to come back, and are served when they do."""

import http.client
import json
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.house import processes
from tests.tillday import service, wires
from tests.tillday.service import Service
from tests.tillday.wires import Answer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

TILLS = 12
SALE = {"member": None, "total": "1.00"}
PATIENCE = 60


class TestMoreThanCanBeDone:
    def test_is_refused_at_once_and_done_when_it_comes_again(self, tmp_path: Path):
        with service.standing(tmp_path, has_server=False) as shop:
            secret, port = shop.ask("open")["a"], shop.port
            with processes.running(one_thread(port), log=tmp_path / "web", **told(shop)) as web:
                web.wait_for("Booting worker")
                before = until_served(port, secret, "before")
                waiting = send_all_while_nothing_can_be_written(shop, secret)
                again = [until_served(port, secret, f"till-{n}") for n in range(TILLS)]
            books = shop.ask("read")

        refused = [answer for answer in waiting if answer.headers.get("Retry-After") == "5"]
        assert before.status == 201
        # One was being done all the while; the others never began.
        assert len(refused) >= TILLS - 1
        for answer in refused:
            assert (answer.status, answer.code) == (503, "overloaded")
            assert answer.headers["Content-Type"] == "application/problem+json"
        assert [answer.status for answer in again] == [201] * TILLS
        assert (len(books["sales"]), books["unanswered"]) == (TILLS + 1, 0)


def one_thread(port: int) -> list[str]:
    bind = ("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "1")
    return ["-m", "gunicorn", "loyalty.wsgi", *bind]


def told(shop: Service) -> dict[str, str]:
    return shop.environment | {"OVERLOADED_AFTER_SECONDS": "1", "REDIS_URL": ""}


def headers(secret: str, key: str) -> dict[str, str]:
    return {
        "Authorization": f"Api-Key {secret}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }


def send_all_while_nothing_can_be_written(shop: Service, secret: str) -> list[Answer]:
    """Let a dozen tills send a sale that the only thread cannot begin in time."""
    file = shop.folder / "var" / "loyalty.sqlite3"
    with ExitStack() as stack:
        writer = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None)))
        writer.execute("BEGIN IMMEDIATE")
        lines = []
        for number in range(TILLS):
            line = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=PATIENCE)
            stack.callback(line.close)
            body = json.dumps(SALE)
            line.request("POST", "/api/v1/purchases", body, headers(secret, f"till-{number}"))
            lines.append(line)
        # Longer than a call may wait; a busy machine only makes it longer.
        time.sleep(2)
        writer.execute("ROLLBACK")
        answers = [line.getresponse() for line in lines]
        return [Answer(one.status, dict(one.headers), one.read()) for one in answers]


def until_served(port: int, secret: str, key: str) -> Answer:
    """Send a sale by the documented rule until its answer is final."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = wires.post(port, "/purchases", SALE, headers(secret, key))
        if answer is not None and answer.status != 503:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{key} is never served")
