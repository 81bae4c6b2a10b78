"""What the guide promises of refusals and of repeating is what the product does."""

import importlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from loyalty.core import problems
from tests.documents import described_refusals, python_of, read

# Said by whatever has no operation: an address that is none, a method, a fault of ours.
_ANYWHERE = {"bad-request", "forbidden", "internal-error", "method-not-allowed", "not-found"}
_ROW = re.compile(r"^\| (\d{3}) \| `([a-z-]+)` \| (yes|–) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def told() -> list[tuple[str, int, bool]]:
    rows = _ROW.findall(read("docs/pos-guide.md").partition("## Every refusal")[2])
    return [(code, int(status), again == "yes") for status, code, again in rows]


class TestEveryRefusal:
    def test_is_each_that_the_api_may_answer_with_once(self):
        codes = [code for code, _status, _again in told()]

        assert sorted(codes) == sorted(described_refusals() | _ANYWHERE)

    def test_has_the_status_it_has_and_says_whether_to_send_again(self):
        # The refusals of a door are known once it is there.
        importlib.import_module("loyalty.api_urls")
        known = problems.catalogue()

        real = [(code, known[code].status, known[code].is_retryable) for code, *_rest in told()]
        assert told() == real

    def test_is_sent_again_by_the_loop_where_it_says_so(self):
        again = python_of("docs/pos-guide.md", defining="send").__globals__["AGAIN"]

        assert [one for one in told() if one[2] is not (one[1] in again)] == []

    def test_is_told_in_the_order_of_statuses_and_codes(self):
        order = [(status, code) for code, status, _again in told()]

        assert order == sorted(order)


class Asked:
    """A server that answers with the next status of a list, 0 being no answer at all."""

    def __init__(self, url: str, statuses: list[int]) -> None:
        self.url, self.statuses = url, statuses
        self.received: list[tuple[str, bytes]] = []


@contextmanager
def answering(*statuses: int) -> Iterator[Asked]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.received.append((self.headers["idempotency-key"], body))
            if status := asked.statuses.pop(0):
                self.send_response(status)
                self.send_header("Retry-After", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        asked = Asked(f"http://127.0.0.1:{server.server_address[1]}/", list(statuses))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


class TestRepeating:
    @pytest.fixture
    def send(self) -> Callable[..., Any]:
        return python_of("docs/pos-guide.md", defining="send")

    @pytest.mark.parametrize("status", [408, 409, 429, 502, 503, 504])
    def test_sends_the_same_again_under_its_key(self, send: Callable[..., Any], status: int):
        with answering(status, status, 201) as asked:
            request = Request(asked.url, b'{"total": "1.00"}', {"Idempotency-Key": "sale-1"})
            with send(request) as answer:
                assert answer.status == 201

        assert asked.received == [("sale-1", b'{"total": "1.00"}')] * 3

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
    def test_takes_anything_else_for_final(self, send: Callable[..., Any], status: int):
        with answering(status) as asked, pytest.raises(HTTPError) as refused:
            send(Request(asked.url, b"{}", {"Idempotency-Key": "sale-1"}))

        with refused.value as problem:
            assert (problem.code, len(asked.received)) == (status, 1)

    def test_sends_again_where_the_line_was_cut(self, send: Callable[..., Any]):
        with answering(0, 201) as asked:
            request = Request(asked.url, b"{}", {"Idempotency-Key": "k"})
            with send(request, pauses=(0, 0)) as answer:
                assert answer.status == 201

        assert asked.received == [("k", b"{}")] * 2

    def test_leaves_it_to_the_journal_in_the_end(self, send: Callable[..., Any]):
        with answering(503, 503, 503) as asked:
            request = Request(asked.url, b"{}", {"Idempotency-Key": "sale-1"})
            assert send(request, pauses=(1, 2, 3)) is None

        assert len(asked.received) == 3
