"""What is known of a request: its id, where it comes from, and where its reader wants to go.

The id is in the answer, in the problem it names, and in the logs.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

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


def get_ip(request: HttpRequest) -> str:
    """Return where a request comes from: what the first of our proxies saw, where there are any.

    Each of them adds whom it saw at the end of X-Forwarded-For; whatever stands before that, the
    caller may have written. Fewer than there are proxies: the way in was shorter.
    """
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if not settings.TRUSTED_PROXIES or not forwarded:
        return str(request.META.get("REMOTE_ADDR", ""))
    return forwarded.split(",")[-settings.TRUSTED_PROXIES :][0].strip()


def safe_next(request: HttpRequest) -> str:
    """Return where the reader wanted to go, as form or address says, if it is on this site.

    Nothing otherwise: whoever sends a link could lead them away.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # A bare word would be taken for the name of a view.
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def _choose(asked: str) -> str:
    return asked if _ACCEPTED.fullmatch(asked) else ids.new("req")
