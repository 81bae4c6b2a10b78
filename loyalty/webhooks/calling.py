"""One call: a message handed to one of the addresses that were looked at, and how it went.

It asks no database. Redirects are not followed, no proxy of the machine is used, and of the
answer nothing but its status is read.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from loyalty.webhooks import addresses
from loyalty.webhooks.addresses import Destination
from loyalty.webhooks.models import Trouble

LONGEST_SECONDS = 15.0


@dataclass(frozen=True)
class Outcome:
    """What came of a call. Without trouble it was accepted."""

    took_ms: int
    status: int | None = None
    trouble: Trouble | None = None


class _Line(http.client.HTTPConnection):
    """A connection to an address that was chosen before; the name is for the certificate."""

    def __init__(self, destination: Destination, address: str, *, seconds: float) -> None:
        super().__init__(destination.host, destination.port, timeout=seconds)
        self._address = address
        self._is_secure = destination.is_secure
        self.is_cut = self.is_connected = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        self.is_connected = True
        if self.is_cut:
            raise TimeoutError
        if self._is_secure:
            # The handshake is a step of its own: `cut` must find the socket that it waits on.
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """End whatever is being waited for, from another thread."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def call(
    *, url: str, headers: Mapping[str, str], body: bytes, seconds: float = LONGEST_SECONDS
) -> Outcome:
    """Send a message and return how it went, within so many seconds. It raises nothing."""
    started = time.monotonic()
    answer = _send(url, headers, body, ends_at=started + seconds)
    took_ms = int((time.monotonic() - started) * 1000)
    if isinstance(answer, Trouble):
        return Outcome(took_ms, trouble=answer)
    return Outcome(took_ms, answer, _trouble_of(answer))


def _send(url: str, headers: Mapping[str, str], body: bytes, *, ends_at: float) -> int | Trouble:
    try:
        destination = addresses.parse(url)
        found = addresses.resolve(destination)
    except addresses.DestinationRefused:
        return Trouble.NOT_PUBLIC
    except (OSError, UnicodeError):
        return Trouble.NO_ADDRESS
    answer: int | Trouble = Trouble.NO_CONNECTION
    for address in found:
        left = ends_at - time.monotonic()
        if left <= 0:
            return Trouble.TIMEOUT
        answer = _try(_Line(destination, address, seconds=left), destination.path, headers, body)
        if answer is not Trouble.NO_CONNECTION:
            break
    return answer


def _try(line: _Line, path: str, headers: Mapping[str, str], body: bytes) -> int | Trouble:
    # The seconds of a socket begin again with each byte; these do not.
    alarm = threading.Timer(line.timeout or LONGEST_SECONDS, line.cut)
    alarm.daemon = True
    alarm.start()
    try:
        line.request("POST", path, body, dict(headers))
        status = line.getresponse().status
        # Headers that were cut short read like the last ones.
        return Trouble.TIMEOUT if line.is_cut else status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Trouble.TIMEOUT if line.is_cut else _what_went_wrong(line, error)
    finally:
        alarm.cancel()
        line.close()


def _what_went_wrong(line: _Line, error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.TIMEOUT
    if isinstance(error, ssl.SSLError):
        return Trouble.NOT_SECURE
    # Where somebody took the call, nobody else is called: it may have been understood.
    return Trouble.NO_ANSWER if line.is_connected else Trouble.NO_CONNECTION


def _trouble_of(status: int) -> Trouble | None:
    if 200 <= status < 300:
        return None
    return Trouble.REDIRECT if 300 <= status < 400 else Trouble.STATUS
