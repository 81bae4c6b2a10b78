"""A browser that has proved an address before, known by a signed cookie.

Strangers may use up what is sent to an address in an hour, and lock nobody out: a browser that
read a code there once has its own five. The cookie names nobody, and opens nothing.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from loyalty.core import ids

_SALT = "loyalty.portal.recognising"
_LIFE = 400 * 24 * 3600


def remember(request: HttpRequest, response: HttpResponse, *, address: str) -> None:
    """Let this browser be known for an address that it has just proved."""
    if get_name(request, address=address):
        return
    said = {"address": _digest(address), "name": ids.new("bro")}
    response.set_cookie(
        settings.KNOWN_COOKIE_NAME,
        signing.dumps(said, salt=_SALT, compress=True),
        max_age=_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def get_name(request: HttpRequest, *, address: str) -> str:
    """Return the name of a browser that proved this address before, or nothing."""
    try:
        said = signing.loads(
            request.COOKIES.get(settings.KNOWN_COOKIE_NAME, ""), salt=_SALT, max_age=_LIFE
        )
    except signing.BadSignature:
        return ""
    return str(said["name"]) if said["address"] == _digest(address) else ""


def _digest(address: str) -> str:
    return salted_hmac(_SALT, address, algorithm="sha256").hexdigest()
