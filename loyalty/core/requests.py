"""One id for each request: in the answer, in the problem it names, and in the logs."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from loyalty.core import ids

HEADER = "X-Request-Id"
_META = "HTTP_X_REQUEST_ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIds:
    """Keep the caller's X-Request-Id when it is harmless, make one otherwise, and give it back.

    It stands first among the middleware, so that every later one, and every answer, has it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META[_META] = _choose(request.META.get(_META, ""))
        response = self.get_response(request)
        response[HEADER] = request.META[_META]
        return response


def get_id(request: HttpRequest) -> str:
    """Return the id of a request."""
    return str(request.META.get(_META, ""))


def _choose(asked: str) -> str:
    return asked if _ACCEPTED.fullmatch(asked) else ids.new("req")
