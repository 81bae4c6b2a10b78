"""How long a request has waited is what the kernel says; where it says nothing, none has."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from loyalty.core.crowding import Crowding, waited

pytestmark = pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux can tell")


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    """What a server holds of a caller who sent something a while ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection(server.getsockname())
        accepted, _address = server.accept()
        with closing(caller), closing(accepted):
            caller.sendall(b"POST")
            accepted.recv(4)
            yield accepted


def asked(path: str, connection: socket.socket | None) -> HttpRequest:
    return RequestFactory().post(path, **{"gunicorn.socket": connection})


def answer(request: HttpRequest) -> HttpResponse:
    return Crowding(lambda _request: HttpResponse("done"))(request)


class TestWaited:
    def test_is_at_least_what_has_passed(self, connection: socket.socket):
        time.sleep(0.3)

        assert waited(asked("/api/v1/rewards", connection)) >= 0.25

    def test_is_nothing_where_nobody_can_tell(self):
        here, there = socket.socketpair()

        with closing(here), closing(there):
            assert waited(asked("/api/v1/rewards", here)) == 0
        assert waited(asked("/api/v1/rewards", None)) == 0


class TestCrowding:
    @pytest.fixture(autouse=True)
    def after_a_tenth_of_a_second(self, settings: Settings, connection: socket.socket) -> None:
        settings.OVERLOADED_AFTER_SECONDS = 0.1
        time.sleep(0.3)

    def test_refuses_a_call_that_waited_too_long(self, connection: socket.socket):
        refused = answer(asked("/api/v1/purchases", connection))

        problem = json.loads(refused.content)
        assert (refused.status_code, refused["Retry-After"]) == (503, "5")
        assert refused["Content-Type"] == "application/problem+json"
        assert (problem["code"], problem["retryable"]) == ("overloaded", True)

    def test_lets_pages_be_slow(self, connection: socket.socket):
        assert answer(asked("/me/", connection)).content == b"done"

    def test_refuses_nobody_where_it_is_switched_off(
        self, settings: Settings, connection: socket.socket
    ):
        settings.OVERLOADED_AFTER_SECONDS = 0

        assert answer(asked("/api/v1/purchases", connection)).content == b"done"
