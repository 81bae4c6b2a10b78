"""Who stands at the desk's door: idle sessions, and staff who still owe a second factor."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.core import requests
from loyalty.identity import sessions
from loyalty.identity.sessions import Entry

IDLE = timedelta(minutes=15)
# What somebody may open who is signed in and has not shown a second factor.
_ANTEROOM = (
    *("login", "logout", "jsi18n", "again"),
    *("mfa", "mfa_totp", "mfa_key", "mfa_codes", "mfa_enter"),
)


class Doorkeeper:
    """Middleware: outside the demo, the desk is for staff who showed two factors, lately.

    It looks at the path alone, so that a page added tomorrow is guarded like any other.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(f"/{settings.DESK_PATH}") or settings.DEMO:
            return self.get_response(request)
        user = request.user
        if not (user.is_authenticated and user.is_staff):
            return self.get_response(request)
        at = timezone.now()
        if sessions.is_idle(request, longest=IDLE, at=at):
            return _show_out(request)
        if owes_second_factor(request) and not _is_anteroom(request):
            return redirect("admin:mfa")
        return self.get_response(request)


def may_enter(request: HttpRequest) -> bool:
    """Say whether this session opens the desk at all: staff, by password, and all it takes.

    A code by e-mail never does: who reads somebody's mail is not somebody.
    """
    user = request.user
    if not (user.is_active and user.is_staff):
        return False
    if sessions.get_entry(request) is Entry.CODE:
        return False
    return not owes_second_factor(request)


def owes_second_factor(request: HttpRequest) -> bool:
    """Say whether a second factor must still be shown, or set up. Never in the demo."""
    return not settings.DEMO and sessions.get_entry(request) is not Entry.SECOND_FACTOR


def safe_next(request: HttpRequest) -> str:
    """Return where the reader wanted to go on this site, or the desk's first page."""
    return requests.safe_next(request) or reverse("admin:index")


def typed_address(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the address that somebody tried, as it is kept: capitals are no other address."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(typed).strip().lower()


def answer_locked(
    request: HttpRequest, _response: HttpResponse | None, _credentials: Mapping[str, Any] | None
) -> HttpResponse:
    """Say that too many wrong passwords were tried from here for this address (429)."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    response = render(request, "desk/locked.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def _is_anteroom(request: HttpRequest) -> bool:
    return request.path in {reverse(f"admin:{name}") for name in _ANTEROOM}


def _show_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    messages.info(request, _("You were signed out after a quarter of an hour without a move."))
    back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return redirect_to_login(back, resolve_url(settings.LOGIN_URL))
