"""One call to one address: what is sent, what is read, and what is never followed."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from loyalty.webhooks import calling
from loyalty.webhooks.models import Trouble
from tests.webhooks import certificates
from tests.webhooks.receivers import Receiver, context_of, leads_to, receiving, talking

HOST = "hooks.example.test"


def call(url: str, **told: float) -> calling.Outcome:
    return calling.call(url=url, headers={"webhook-id": "evt_1"}, body=b'{"a":1}', **told)


class TestCall:
    def test_posts_the_body_with_the_headers_to_path_and_query(self, receiver: Receiver):
        outcome = call(receiver.url)

        assert (outcome.status, outcome.trouble) == (204, None)
        (one,) = receiver.received
        assert (one.path, one.body) == ("/hook?shop=1", b'{"a":1}')
        assert one.headers == {
            "host": f"127.0.0.1:{receiver.port}",
            "accept-encoding": "identity",
            "content-length": "7",
            "webhook-id": "evt_1",
        }

    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_takes_2xx_for_accepted(self, status: int, receiver: Receiver):
        receiver.status = status

        assert call(receiver.url).trouble is None

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_follows_no_redirect(self, status: int, receiver: Receiver):
        receiver.status, receiver.location = status, f"{receiver.url}&again=1"

        outcome = call(receiver.url)

        assert (outcome.status, outcome.trouble) == (status, Trouble.REDIRECT)
        assert len(receiver.received) == 1

    @pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
    def test_takes_any_other_answer_for_a_no(self, status: int, receiver: Receiver):
        receiver.status = status

        outcome = call(receiver.url)

        assert (outcome.status, outcome.trouble) == (status, Trouble.STATUS)

    def test_asks_no_proxy_of_the_machine(self, receiver: Receiver, monkeypatch):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        assert call(receiver.url).trouble is None

    def test_sends_nothing_where_it_may_not(self, receiver: Receiver, settings):
        settings.WEBHOOKS_MAY_STAY_HERE = False

        outcome = call(receiver.url)

        assert (outcome.status, outcome.trouble) == (None, Trouble.NOT_PUBLIC)
        assert receiver.received == []

    def test_asks_once_where_a_name_leads_and_goes_there(self, receiver: Receiver, monkeypatch):
        asked = leads_to(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])

        outcome = call(f"http://{HOST}:{receiver.port}/")

        assert outcome.trouble is None
        assert receiver.received[0].headers["host"] == f"{HOST}:{receiver.port}"
        assert asked == [HOST]

    def test_tries_the_next_address_where_nobody_answers(self, receiver: Receiver, monkeypatch):
        leads_to(monkeypatch, ["127.0.0.3", "127.0.0.1"])

        assert call(f"http://{HOST}:{receiver.port}/").trouble is None
        assert len(receiver.received) == 1


class TestRebinding:
    """A name that is public when it is looked at, and leads inside a moment later."""

    def test_reaches_nothing_inside(self, receiver: Receiver, settings, monkeypatch):
        settings.WEBHOOKS_MAY_STAY_HERE = False
        asked = leads_to(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
        gone_to: list[tuple[str, int]] = []

        def connect(address: tuple[str, int], *_: object) -> socket.socket:
            gone_to.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)

        first = call("https://hooks.example.org/")
        second = call("https://hooks.example.org/")

        assert gone_to == [("93.184.215.14", 443)]
        assert first.trouble is Trouble.NO_CONNECTION
        assert second.trouble is Trouble.NOT_PUBLIC
        assert asked == ["hooks.example.org"] * 2


class TestSecrecy:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return certificates.write(tmp_path, host=HOST)

    def test_holds_for_a_certificate_of_that_name(
        self, folder: Path, stays_here: None, monkeypatch
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        leads_to(monkeypatch, ["127.0.0.1"])
        with receiving(context_of(folder)) as receiver:
            outcome = call(f"https://{HOST}:{receiver.port}/")

        assert (outcome.status, outcome.trouble) == (204, None)
        assert len(receiver.received) == 1

    @pytest.mark.parametrize(("host", "is_trusted"), [("other.example.test", True), (HOST, False)])
    def test_refuses_another_name_and_whom_nobody_vouches_for(
        self, host: str, is_trusted: bool, folder: Path, stays_here: None, monkeypatch
    ):
        if is_trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        leads_to(monkeypatch, ["127.0.0.1"])
        with receiving(context_of(folder)) as receiver:
            outcome = call(f"https://{host}:{receiver.port}/")

        assert (outcome.status, outcome.trouble) == (None, Trouble.NOT_SECURE)
        assert receiver.received == []

    def test_refuses_who_speaks_no_tls(self, receiver: Receiver):
        outcome = call(f"https://127.0.0.1:{receiver.port}/")

        assert outcome.trouble is Trouble.NOT_SECURE


@pytest.mark.usefixtures("stays_here")
class TestWhoDoesNotAnswer:
    def test_is_let_go_when_the_seconds_are_over(self):
        is_over = threading.Event()
        with talking(lambda _connection: is_over.wait(10)) as url:
            outcome = call(url, seconds=0.2)
            is_over.set()

        assert (outcome.status, outcome.trouble) == (None, Trouble.TIMEOUT)
        assert 200 <= outcome.took_ms < 5_000

    def test_is_let_go_though_a_byte_comes_now_and_then(self):
        is_over = threading.Event()

        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not is_over.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

        with talking(drip) as url:
            outcome = call(url, seconds=0.4)
            is_over.set()

        assert outcome.trouble is Trouble.TIMEOUT

    def test_is_let_go_in_the_middle_of_a_handshake(self):
        is_over = threading.Event()
        with talking(lambda _connection: is_over.wait(10)) as url:
            outcome = call(url.replace("http:", "https:"), seconds=0.2)
            is_over.set()

        assert outcome.trouble is Trouble.TIMEOUT

    def test_is_asked_for_no_body(self):
        read: list[bytes] = []
        is_over = threading.Event()

        def pour(connection: socket.socket) -> None:
            read.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
            is_over.wait(10)

        with talking(pour) as url:
            outcome = call(url)
            is_over.set()

        assert (outcome.status, outcome.trouble) == (200, None)

    @pytest.mark.parametrize(
        "said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 OK\r\n\r\n", b"+PONG\r\n"]
    )
    def test_in_http_is_told_apart(self, said: bytes):
        def answer(connection: socket.socket) -> None:
            connection.recv(65_536)
            connection.sendall(said)

        with talking(answer) as url:
            outcome = call(url)

        assert (outcome.status, outcome.trouble) == (None, Trouble.NO_ANSWER)

    def test_is_not_there(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        outcome = call(f"http://127.0.0.1:{port}/")

        assert outcome.trouble is Trouble.NO_CONNECTION

    def test_has_no_address(self, monkeypatch):
        def look_up(*_: object, **__: object) -> None:
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

        assert call(f"http://{HOST}/").trouble is Trouble.NO_ADDRESS


def test_the_machine_s_own_trust_is_what_counts():
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED
