"""Too many at once: who has waited too long is told to come back, before anything is done.

Each of those answers costs next to nothing, so that the queue is short again in no time.
"""

import socket
import struct
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from loyalty.core import problems

_SOCKET = "gunicorn.socket"
# Where Linux tells, in struct tcp_info, how many milliseconds ago the last data came.
_LAST_DATA_RECEIVED, _LENGTH = 52, 56
_RETRY_AFTER = "5"


class Crowding:
    """Refuse a call of the API that waited longer for a thread than OVERLOADED_AFTER_SECONDS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = settings.OVERLOADED_AFTER_SECONDS
        if limit and request.path.startswith(problems.API) and waited(request) > limit:
            return problems.answer(
                request, problems.Overloaded(headers={"Retry-After": _RETRY_AFTER})
            )
        return self.get_response(request)


def waited(request: HttpRequest) -> float:
    """Return for how many seconds a request has lain here since its last byte came.

    Time in the queues of the kernel and of gunicorn alike. 0 where nobody can tell.
    """
    connection = request.META.get(_SOCKET)
    if connection is None or not hasattr(socket, "TCP_INFO"):
        return 0.0
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LENGTH)
    except OSError:
        # It is no TCP (a socket of Unix), or the caller has gone.
        return 0.0
    if len(told) < _LENGTH:
        return 0.0
    (milliseconds,) = struct.unpack_from("I", told, _LAST_DATA_RECEIVED)
    return float(milliseconds) / 1_000
